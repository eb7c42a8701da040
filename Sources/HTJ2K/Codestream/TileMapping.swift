/// How the rows and columns of tile-components map to those of the image.
///
/// The image has the grid of its densest component; a component with fewer samples is spread by repeating them.
struct TileMapping {
    private let size: ImageAndTileSize
    private let image: ImageDescription
    private let spacingX: Int
    private let spacingY: Int

    init(size: ImageAndTileSize, image: ImageDescription) {
        self.size = size
        self.image = image
        spacingX = size.leastHorizontalSpacing
        spacingY = size.leastVerticalSpacing
    }

    /// The image's area on its own grid, and the part of it that a tile covers, at a reduction.
    private func area(_ area: Area, _ reduction: Int) -> Area {
        area.divided(horizontally: spacingX, vertically: spacingY).reduced(by: reduction)
    }

    /// The rows of the reduced image that a tile covers, on the image's grid.
    func rows(of tile: Area, _ target: ImageTarget) -> Range<Int> {
        let part = area(tile, target.reduction)
        return part.isEmpty ? 0..<0 : part.y0..<part.y1
    }

    /// Where row `y` of a tile goes for a component: the row of its plane, its samples, and their place; nil when the
    /// component has no sample there.
    func target(
        _ component: Int, _ y: Int, _ tile: Area, _ target: ImageTarget
    ) -> (row: Int, count: Int, samples: SampleTarget)? {
        let geometry = size.components[component]
        let whole = area(size.image, target.reduction)
        let part = area(tile, target.reduction)
        let own = tile.divided(
            horizontally: geometry.horizontalSpacing, vertically: geometry.verticalSpacing
        ).reduced(by: target.reduction)
        guard !own.isEmpty else { return nil }
        let isDense = geometry.horizontalSpacing == spacingX && geometry.verticalSpacing == spacingY
        let row = isDense ? y - own.y0 : min(max(y * spacingY / geometry.verticalSpacing - own.y0, 0), own.height - 1)
        let pixelStride = image.components * image.bytesPerSample
        let bytes =
            ((y - whole.y0) * target.width + part.x0 - whole.x0) * pixelStride + component * image.bytesPerSample
        let depth = geometry.bitDepth
        return (
            row, own.width,
            SampleTarget(
                base: target.samples + bytes, pixelStride: pixelStride, bytesPerSample: image.bytesPerSample,
                shift: geometry.isSigned ? 0 : 1 << (depth - 1),
                least: geometry.isSigned ? -1 << (depth - 1) : 0,
                greatest: geometry.isSigned ? 1 << (depth - 1) - 1 : 1 << depth - 1,
                columns: isDense
                    ? nil
                    : ColumnMapping(
                        count: part.width, imageStart: part.x0, componentStart: own.x0, imageSpacing: spacingX,
                        componentSpacing: geometry.horizontalSpacing))
        )
    }
}

extension ImageAndTileSize {
    var leastHorizontalSpacing: Int {
        components.map(\.horizontalSpacing).min() ?? 1
    }

    var leastVerticalSpacing: Int {
        components.map(\.verticalSpacing).min() ?? 1
    }
}
