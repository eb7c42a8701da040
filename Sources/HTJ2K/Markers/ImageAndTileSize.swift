/// The SIZ marker segment (T.800 A.5.1): the reference grid, its tiles and the components on it.
struct ImageAndTileSize: Sendable {
    struct Component: Sendable {
        var bitDepth: Int
        var isSigned: Bool
        /// Reference grid points between samples (XRsiz, YRsiz).
        var horizontalSpacing: Int
        var verticalSpacing: Int
    }

    /// The image area on the reference grid.
    var image: Area
    /// The origin of the first tile and the nominal size of all.
    var tileOriginX: Int
    var tileOriginY: Int
    var tileWidth: Int
    var tileHeight: Int
    var components: [Component]

    var tilesAcross: Int {
        (image.x1 - tileOriginX).dividedRoundingUp(by: tileWidth)
    }

    var tilesDown: Int {
        (image.y1 - tileOriginY).dividedRoundingUp(by: tileHeight)
    }

    /// The area of a tile on the reference grid (T.800 B.3); `index` is less than the number of tiles.
    func tile(_ index: Int) -> Area {
        let column = index % tilesAcross
        let row = index / tilesAcross
        return Area(
            x0: max(tileOriginX + column * tileWidth, image.x0),
            y0: max(tileOriginY + row * tileHeight, image.y0),
            x1: min(tileOriginX + (column + 1) * tileWidth, image.x1),
            y1: min(tileOriginY + (row + 1) * tileHeight, image.y1))
    }
}

extension ImageAndTileSize {
    init(_ segment: MarkerReader) throws(CodestreamError) {
        var segment = segment
        let start = segment.position
        let capabilities = try segment.readUInt16()
        guard capabilities & 0x8000 == 0 else {
            throw CodestreamError(.unsupported, at: start, "the codestream declares extensions of Part 2")
        }
        let x1 = try segment.readUInt32()
        let y1 = try segment.readUInt32()
        let x0 = try segment.readUInt32()
        let y0 = try segment.readUInt32()
        tileWidth = try segment.readUInt32()
        tileHeight = try segment.readUInt32()
        tileOriginX = try segment.readUInt32()
        tileOriginY = try segment.readUInt32()
        image = Area(x0: x0, y0: y0, x1: x1, y1: y1)
        guard x0 < x1, y0 < y1, tileWidth > 0, tileHeight > 0, tileOriginX <= x0, tileOriginY <= y0,
            tileOriginX + tileWidth > x0, tileOriginY + tileHeight > y0
        else {
            throw CodestreamError(
                .malformed, at: start, "the image and tile sizes of SIZ contradict each other")
        }
        let count = try segment.readUInt16()
        guard (1...16384).contains(count), segment.remaining == 3 * count else {
            throw CodestreamError(
                .malformed, at: start, "SIZ is not as long as its number of components asks")
        }
        components = []
        components.reserveCapacity(count)
        for _ in 0..<count {
            let depth = try segment.readUInt8()
            let horizontal = try segment.readUInt8()
            let vertical = try segment.readUInt8()
            guard horizontal > 0, vertical > 0, depth & 0x7F < 38 else {
                throw CodestreamError(
                    .malformed, at: start, "SIZ gives a component no samples or more than 38 bits")
            }
            guard depth & 0x7F < 32 else {
                throw CodestreamError(.unsupported, at: start, "a component is deeper than 32 bits")
            }
            components.append(
                Component(
                    bitDepth: depth & 0x7F + 1, isSigned: depth & 0x80 != 0,
                    horizontalSpacing: horizontal, verticalSpacing: vertical))
        }
        let (tiles, tooMany) = tilesAcross.multipliedReportingOverflow(by: tilesDown)
        guard !tooMany, tiles <= 65535 else {
            throw CodestreamError(.malformed, at: start, "SIZ gives more than 65535 tiles")
        }
    }
}
