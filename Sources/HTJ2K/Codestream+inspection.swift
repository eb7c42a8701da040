/// Where a tile-part lies in the bytes of a codestream.
public struct TilePartLocation: Sendable, Hashable {
    /// The tile, in raster order.
    public var tile: Int
    /// The number of this part among the tile's.
    public var part: Int
    /// The resolution that all its packets belong to, 0 the lowest; nil when it holds several or none.
    public var resolution: Int?
    /// From its SOT marker to the byte after its last packet, in the bytes given; clipped when they are cut.
    public var range: Range<Int>
}

extension Codestream {
    /// The tile-parts in the order of the codestream, as far as the bytes go; for inspection and for range requests.
    ///
    /// Reads all packet headers, but no code-block. A cut codestream gives the parts that are there.
    public func tileParts() throws(CodestreamError) -> [TilePartLocation] {
        var locations = parts.map {
            TilePartLocation(tile: $0.tile, part: $0.index, resolution: nil, range: $0.range)
        }
        try eachTile { (indices, packets) in
            for (index, resolutions) in zip(indices, packets.partResolutions) {
                guard let resolutions, resolutions.lowerBound == resolutions.upperBound else { continue }
                locations[index].resolution = resolutions.lowerBound
            }
        }
        return locations
    }

    /// How many bytes from the start of those given suffice to decode resolution `resolution`, 0 the lowest.
    ///
    /// A prefix of that length decodes reduced by `decompositionLevels - resolution`. Throws `truncated` when the bytes end
    /// before that.
    public func byteCount(throughResolution resolution: Int) throws(CodestreamError) -> Int {
        guard (0...decompositionLevels).contains(resolution) else {
            throw CodestreamError(.invalidArgument, "the codestream has fewer resolutions")
        }
        let levels = decompositionLevels - resolution
        var end = 0
        var isWhole = partsByTile().enumerated().allSatisfy {
            !$1.isEmpty || !hasSamples(tile: $0, reducedBy: levels)
        }
        try eachTile(reducedBy: levels) { (_, packets) in
            if packets.isIncomplete { isWhole = false }
            for component in packets.layout.components where component.levels >= levels {
                end = max(end, packets.resolutionEnds[...(component.levels - levels)].max() ?? 0)
            }
        }
        guard isWhole else {
            throw CodestreamError(
                .truncated, at: range.upperBound, "the bytes end before the resolution is complete")
        }
        return end
    }

    /// Whether a component of a tile has samples at a reduction; small tiles have none at great ones.
    private func hasSamples(tile: Int, reducedBy levels: Int) -> Bool {
        let area = header.size.tile(tile)
        return header.size.components.contains {
            !area.divided(horizontally: $0.horizontalSpacing, vertically: $0.verticalSpacing).reduced(
                by: levels
            )
            .isEmpty
        }
    }

    /// Reads the packets of each tile that has a part.
    private func eachTile(
        reducedBy levels: Int = 0, _ body: ([Int], TilePackets) -> Void
    ) throws(CodestreamError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(CodestreamError) in
            let packedHeaderRanges = try packedHeaderRanges()
            for (tile, indices) in partsByTile().enumerated() where !indices.isEmpty {
                let tileHeader = try tileHeader(
                    tile, parts: indices, packedHeaderRanges: packedHeaderRanges, buffer)
                body(indices, try tileHeader.readPackets(buffer, header.size, reducedBy: levels))
            }
        }
    }
}
