/// A tile of a codestream: its parts and the coding parameters in force for it.
struct TileHeader {
    var tile: Int
    var parts: [TilePart]
    var coding: CodingHeader
    var style: TileCodingStyle
    /// The tile's packet headers when they are packed in PPM or PPT segments.
    var packedHeaders: [UInt8]?

    /// Where the tile begins, for errors.
    var offset: Int {
        parts.first?.range.lowerBound ?? 0
    }

    /// Reads the packets of the resolutions left after `levels` are taken off, or as many of them as there are.
    func readPackets(
        _ bytes: UnsafeBufferPointer<UInt8>, _ size: ImageAndTileSize, reducedBy levels: Int
    ) throws(CodestreamError) -> TilePackets {
        let layout = try TileLayout(size, tile: tile, coding: coding)
        let limits = layout.components.map { $0.levels - levels }
        func read(_ headers: UnsafeBufferPointer<UInt8>?) throws(CodestreamError) -> TilePackets {
            var packets = TilePackets(
                bytes, parts: parts, packedHeaders: headers, style: style, layout: layout)
            try packets.read(size, volumes: coding.progressionVolumes) { $1 <= limits[$0] }
            return packets
        }
        guard let packedHeaders else { return try read(nil) }
        return try packedHeaders.withUnsafeBufferPointer { (buffer) throws(CodestreamError) in
            try read(buffer)
        }
    }
}

extension Codestream {
    /// The parts of each tile, as indices in the order of the codestream.
    func partsByTile() -> [[Int]] {
        var tiles: [[Int]] = Array(
            repeating: [], count: header.size.tilesAcross * header.size.tilesDown)
        for (index, part) in parts.enumerated() {
            tiles[part.tile].append(index)
        }
        return tiles
    }

    /// By tile-part: where its packet headers lie in the joined PPM segments (T.800 A.7.4); empty when there are none.
    func packedHeaderRanges() throws(CodestreamError) -> [Range<Int>] {
        guard let packed = header.packedHeaders else { return [] }
        var ranges: [Range<Int>] = []
        var position = 0
        for _ in parts {
            guard packed.count - position >= 4 else {
                throw CodestreamError(
                    .malformed, at: header.end, "PPM has no packet headers for a tile-part")
            }
            let count = packed[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            position += 4
            guard count <= packed.count - position else {
                throw CodestreamError(.malformed, at: header.end, "PPM ends early")
            }
            ranges.append(position..<position + count)
            position += count
        }
        return ranges
    }

    /// Reads the headers of a tile's parts.
    func tileHeader(
        _ tile: Int, parts indices: [Int], packedHeaderRanges: [Range<Int>],
        _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(CodestreamError) -> TileHeader {
        var coding = header.coding.inherited()
        var packedHeaders: [UInt8]?
        for index in indices {
            let part = parts[index]
            let isFirst = index == indices[0]
            var hasOwnOrder = false
            var reader = MarkerReader(bytes, part.headerStart..<part.dataStart)
            var segments: [PackedHeaders] = []
            while true {
                let marker = UInt16(try reader.readUInt16())
                if marker == Marker.startOfData { break }
                var segment = try reader.readSegment()
                switch marker {
                case Marker.packedHeadersTilePart:
                    let order = try segment.readUInt8()
                    segments.append(PackedHeaders(index: order, range: segment.position..<segment.end))
                case Marker.progressionOrderChange:
                    // The tile's own changes take the place of the main header's.
                    if isFirst, !hasOwnOrder { coding.progressionVolumes = [] }
                    hasOwnOrder = true
                    _ = try coding.read(marker, segment)
                default:
                    if isFirst { _ = try coding.read(marker, segment) }
                }
            }
            if let packed = header.packedHeaders {
                packedHeaders = (packedHeaders ?? []) + packed[packedHeaderRanges[index]]
            }
            if !segments.isEmpty {
                packedHeaders = (packedHeaders ?? []) + PackedHeaders.join(segments, bytes)
            }
        }
        guard let style = coding.tile else {
            throw CodestreamError(.malformed, at: header.end, "the main header lacks COD")
        }
        return TileHeader(
            tile: tile, parts: indices.map { parts[$0] }, coding: coding, style: style,
            packedHeaders: packedHeaders)
    }
}
