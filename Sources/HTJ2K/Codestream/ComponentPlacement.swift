/// An image, or a region of a lower resolution of it, that tiles are decoded into.
struct ImageTarget {
    /// Halvings from the full image.
    var reduction: Int
    /// The pixels wanted, counted from the first of the image at that reduction.
    var region: Area
    var samples: UnsafeMutableRawPointer
    var bytesPerSample: Int
    /// Bytes from a pixel to the next, from a component of it to the next, and from a row to the next.
    var pixelStride: Int
    var componentStride: Int
    var rowStride: Int
}

extension ImageTarget {
    /// A target whose samples of `components` lie together at `samples`.
    init(
        reduction: Int, region: Area, components: Int, arrangement: SampleArrangement,
        bytesPerSample: Int,
        samples: UnsafeMutableRawPointer
    ) {
        self.reduction = reduction
        self.region = region
        self.samples = samples
        self.bytesPerSample = bytesPerSample
        switch arrangement {
        case .interleaved:
            pixelStride = components * bytesPerSample
            componentStride = bytesPerSample
        case .planar:
            pixelStride = bytesPerSample
            componentStride = region.width * region.height * bytesPerSample
        }
        rowStride = region.width * pixelStride
    }
}

/// Where the samples of one tile-component go in a target.
///
/// The image has the grid of its densest component; a component with fewer samples is spread by repeating each of them to
/// the right and downwards, and the first ones also before them.
struct ComponentPlacement {
    /// The rows and columns of the target's region that the tile-component fills, counted from the image's first.
    let rows: Range<Int>
    let columns: Range<Int>
    let format: SampleFormat

    private let whole: Area
    /// The image's first column and row on its grid.
    private let imageX: Int
    private let imageY: Int
    private let spacing: (image: (x: Int, y: Int), component: (x: Int, y: Int))
    private let target: ImageTarget
    private let component: Int

    /// Whether the component has the grid of the image, so that rows and columns map one to one.
    var isDense: Bool {
        spacing.image == spacing.component
    }

    init(_ component: Int, tile: Area, _ size: ImageAndTileSize, _ target: ImageTarget) {
        self.target = target
        self.component = component
        let geometry = size.components[component]
        let spacingX = size.leastHorizontalSpacing
        let spacingY = size.leastVerticalSpacing
        spacing = ((spacingX, spacingY), (geometry.horizontalSpacing, geometry.verticalSpacing))
        let own = tile.divided(
            horizontally: geometry.horizontalSpacing, vertically: geometry.verticalSpacing
        )
        .reduced(by: target.reduction)
        whole = size.image.divided(
            horizontally: geometry.horizontalSpacing, vertically: geometry.verticalSpacing
        )
        .reduced(by: target.reduction)
        let grid = size.image.divided(horizontally: spacingX, vertically: spacingY).reduced(
            by: target.reduction)
        imageX = grid.x0
        imageY = grid.y0
        if own.isEmpty {
            rows = 0..<0
            columns = 0..<0
        } else {
            let region = target.region
            columns = ComponentPlacement.span(
                own.x0..<own.x1, of: whole.x0..<whole.x1, image: grid.x0..<grid.x1, spacingX,
                geometry.horizontalSpacing
            ).clamped(to: region.x0..<region.x1)
            rows = ComponentPlacement.span(
                own.y0..<own.y1, of: whole.y0..<whole.y1, image: grid.y0..<grid.y1, spacingY,
                geometry.verticalSpacing
            ).clamped(to: region.y0..<region.y1)
        }
        let depth = geometry.bitDepth
        format = SampleFormat(
            bytesPerSample: target.bytesPerSample, isSigned: geometry.isSigned,
            pixelStride: target.pixelStride,
            componentStride: target.componentStride, shift: geometry.isSigned ? 0 : 1 << (depth - 1),
            least: geometry.isSigned ? -1 << (depth - 1) : 0,
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
            return min(
                max((sample * spacing).dividedRoundingUp(by: imageSpacing), image.lowerBound),
                image.upperBound)
        }
        return start(own.lowerBound) - image.lowerBound..<start(own.upperBound) - image.lowerBound
    }

    /// The samples of the component, on its own grid, that the rows and columns show; empty when there are none.
    var samples: Area {
        guard !rows.isEmpty, !columns.isEmpty else { return Area(x0: 0, y0: 0, x1: 0, y1: 0) }
        return Area(
            x0: sampleColumn(columns.lowerBound), y0: sampleRow(rows.lowerBound),
            x1: sampleColumn(columns.upperBound - 1) + 1, y1: sampleRow(rows.upperBound - 1) + 1)
    }

    /// The row of samples, on the component's grid, that row `y` of the image shows.
    func sampleRow(_ y: Int) -> Int {
        if isDense { return y + imageY }
        return min(max((y + imageY) * spacing.image.y / spacing.component.y, whole.y0), whole.y1 - 1)
    }

    func sampleColumn(_ x: Int) -> Int {
        if isDense { return x + imageX }
        return min(max((x + imageX) * spacing.image.x / spacing.component.x, whole.x0), whole.x1 - 1)
    }

    /// Where the first of the columns of row `y` goes.
    func base(_ y: Int) -> UnsafeMutableRawPointer {
        target.samples + component * target.componentStride + (y - target.region.y0) * target.rowStride
            + (columns.lowerBound - target.region.x0) * target.pixelStride
    }
}

extension TileLayout {
    /// Where the samples of each component go.
    func placements(_ size: ImageAndTileSize, _ target: ImageTarget) -> [ComponentPlacement] {
        components.indices.map { ComponentPlacement($0, tile: area, size, target) }
    }

    /// What of each component is decoded for a target; all of it when there is none.
    func windows(_ size: ImageAndTileSize, _ target: ImageTarget?, reach: Int) -> [TileComponent] {
        guard let target else { return components }
        return zip(components, placements(size, target)).map { component, placement in
            component.window(
                placement.samples, resolution: component.levels - target.reduction, reach: reach)
        }
    }
}

extension ImageAndTileSize {
    var leastHorizontalSpacing: Int {
        components.map { $0.horizontalSpacing }.min() ?? 1
    }

    var leastVerticalSpacing: Int {
        components.map { $0.verticalSpacing }.min() ?? 1
    }
}
