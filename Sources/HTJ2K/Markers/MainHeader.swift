/// The main header of a codestream (T.800 A.2, T.814 A.2), checked.
struct MainHeader: Sendable {
    var size: ImageAndTileSize
    var coding: CodingHeader
    /// The bodies of PPM segments in the order of their indices, joined.
    var packedHeaders: [UInt8]?
    /// Whether a TLM segment lists the tile-parts' lengths.
    var listsTilePartLengths: Bool
    /// Where the first tile-part begins.
    var end: Int
}

extension MainHeader {
    /// Reads the main header of the codestream that fills `range` of `bytes`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) throws(CodestreamError) {
        var reader = MarkerReader(bytes, range)
        guard reader.remaining >= 4, try reader.readUInt16() == Int(Marker.startOfCodestream),
            try reader.readUInt16() == Int(Marker.imageSize)
        else {
            throw CodestreamError(
                .notACodestream, at: range.lowerBound, "the bytes do not open with SOC and SIZ")
        }
        size = try ImageAndTileSize(reader.readSegment())
        coding = CodingHeader(componentCount: size.components.count)
        listsTilePartLengths = false
        var hasCapabilities = false
        var packed: [PackedHeaders] = []
        while true {
            let start = reader.position
            let marker = UInt16(try reader.readUInt16())
            if marker == Marker.startOfTilePart {
                end = start
                break
            }
            guard marker >= 0xFF01, marker != Marker.startOfData, marker != Marker.endOfCodestream else {
                throw CodestreamError(
                    .malformed, at: start, "the main header holds something that is no marker segment")
            }
            var segment = try reader.readSegment()
            if try coding.read(marker, segment) { continue }
            switch marker {
            case Marker.capabilities:
                hasCapabilities = true
                try MainHeader.checkCapabilities(segment)
            case Marker.tilePartLengths:
                listsTilePartLengths = true
            case Marker.packedHeadersMain:
                let index = try segment.readUInt8()
                packed.append(PackedHeaders(index: index, range: segment.position..<segment.end))
            default:
                break
            }
        }
        packedHeaders = packed.isEmpty ? nil : PackedHeaders.join(packed, bytes)
        guard coding.tile != nil, coding.quantizations.allSatisfy({ $0.quantization != nil }) else {
            throw CodestreamError(.malformed, at: end, "the main header lacks COD or QCD")
        }
        guard hasCapabilities else {
            throw CodestreamError(
                .malformed, at: end, "the main header lacks CAP although its blocks are high-throughput")
        }
    }

    /// Refuses what Ccap15 declares and this codec does not read (T.814 A.3.2).
    private static func checkCapabilities(_ segment: MarkerReader) throws(CodestreamError) {
        var segment = segment
        let start = segment.position
        let parts = try UInt32(segment.readUInt16()) << 16 | UInt32(segment.readUInt16())
        for part in 1...32 where parts >> UInt32(32 - part) & 1 != 0 {
            let value = try segment.readUInt16()
            guard part == 15 else { continue }
            guard value & 0x2000 == 0 else {
                throw CodestreamError(
                    .unsupported, at: start, "code-blocks have several high-throughput sets (MULTIHT)")
            }
        }
    }
}
