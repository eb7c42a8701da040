/// Where the samples of one tile-component go in the image, at one reduction.
///
/// The image has the grid of its densest component; a component with fewer samples is spread by repeating each of them to
/// the right and downwards, and the first ones also before them.
struct ComponentPlacement {
    /// The rows and columns of the image that the tile-component fills, from the image's first.
    let rows: Range<Int>
    let columns: Range<Int>

    /// The tile-component on its own grid, and the whole component.
    private let own: Area
    private let whole: Area
    /// The image's first column and row on its grid.
    private let imageX: Int
    private let imageY: Int
    private let spacing: (image: (x: Int, y: Int), component: (x: Int, y: Int))
    /// Whether the component has the grid of the image, so that rows and columns map one to one.
    private let isDense: Bool
    private let first: SampleTarget
    private let rowStride: Int

    init(_ component: Int, tile: Area, _ size: ImageAndTileSize, _ image: ImageDescription, _ target: ImageTarget) {
        let geometry = size.components[component]
        let spacingX = size.leastHorizontalSpacing
        let spacingY = size.leastVerticalSpacing
        spacing = ((spacingX, spacingY), (geometry.horizontalSpacing, geometry.verticalSpacing))
        isDense = spacing.image == spacing.component
        own = tile.divided(horizontally: geometry.horizontalSpacing, vertically: geometry.verticalSpacing)
            .reduced(by: target.reduction)
        whole = size.image.divided(horizontally: geometry.horizontalSpacing, vertically: geometry.verticalSpacing)
            .reduced(by: target.reduction)
        let grid = size.image.divided(horizontally: spacingX, vertically: spacingY).reduced(by: target.reduction)
        imageX = grid.x0
        imageY = grid.y0
        if own.isEmpty {
            rows = 0..<0
            columns = 0..<0
        } else {
            columns = ComponentPlacement.span(
                own.x0..<own.x1, of: whole.x0..<whole.x1, image: grid.x0..<grid.x1, spacingX, geometry.horizontalSpacing
            )
            rows = ComponentPlacement.span(
                own.y0..<own.y1, of: whole.y0..<whole.y1, image: grid.y0..<grid.y1, spacingY, geometry.verticalSpacing)
        }
        let depth = geometry.bitDepth
        let pixelStride = image.components * image.bytesPerSample
        rowStride = target.width * pixelStride
        first = SampleTarget(
            base: target.samples + component * image.bytesPerSample + columns.lowerBound * pixelStride,
            pixelStride: pixelStride, bytesPerSample: image.bytesPerSample,
            shift: geometry.isSigned ? 0 : 1 << (depth - 1), least: geometry.isSigned ? -1 << (depth - 1) : 0,
            greatest: geometry.isSigned ? 1 << (depth - 1) - 1 : 1 << depth - 1)
    }

    /// The image's rows (or columns), counted from its first, that show samples `own` of a component that has `whole`.
    private static func span(
        _ own: Range<Int>, of whole: Range<Int>, image: Range<Int>, _ imageSpacing: Int, _ spacing: Int
    ) -> Range<Int> {
        /// The first row that shows sample `sample` or a later one.
        func start(_ sample: Int) -> Int {
            guard sample > whole.lowerBound else { return image.lowerBound }
            guard sample < whole.upperBound else { return image.upperBound }
            return min(max((sample * spacing).dividedRoundingUp(by: imageSpacing), image.lowerBound), image.upperBound)
        }
        return start(own.lowerBound) - image.lowerBound..<start(own.upperBound) - image.lowerBound
    }

    /// The row of the tile-component's plane that row `y` of the image shows.
    func planeRow(_ y: Int) -> Int {
        if isDense { return y + imageY - own.y0 }
        let row = (y + imageY) * spacing.image.y / spacing.component.y
        return min(max(row, whole.y0), whole.y1 - 1) - own.y0
    }

    /// The columns of the plane that the columns of the image show; nil when they map one to one.
    func planeColumns() -> [Int]? {
        if isDense { return nil }
        return columns.map {
            let column = ($0 + imageX) * spacing.image.x / spacing.component.x
            return min(max(column, whole.x0), whole.x1 - 1) - own.x0
        }
    }

    /// Where the samples of row `y` of the image go.
    func target(_ y: Int) -> SampleTarget {
        var target = first
        target.base += y * rowStride
        return target
    }
}

extension ImageAndTileSize {
    /// Whether all components have the grid of the image.
    var isDense: Bool {
        components.allSatisfy {
            $0.horizontalSpacing == components[0].horizontalSpacing
                && $0.verticalSpacing == components[0].verticalSpacing
        }
    }

    var leastHorizontalSpacing: Int {
        components.map { $0.horizontalSpacing }.min() ?? 1
    }

    var leastVerticalSpacing: Int {
        components.map { $0.verticalSpacing }.min() ?? 1
    }
}
