/// One tile-part as the codestream's SOT chain gives it (T.800 A.4.2).
struct TilePart: Sendable {
    var tile: Int
    var index: Int
    /// The number of the tile's parts that SOT states; nil when it leaves it open.
    var count: Int?
    /// From the SOT marker to the end, clipped to the bytes there are.
    var range: Range<Int>
    /// Where the marker segments after SOT begin and the packets after SOD begin.
    var headerStart: Int
    var dataStart: Int
    /// Whether the bytes end before the tile-part does.
    var isCut: Bool
}

extension TilePart {
    /// Follows the chain of tile-parts from `range.lowerBound` to EOC or to where the bytes end.
    static func scan(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, tileCount: Int
    ) throws(CodestreamError) -> [TilePart] {
        var parts: [TilePart] = []
        var position = range.lowerBound
        while range.upperBound - position >= 2 {
            var reader = MarkerReader(bytes, position..<range.upperBound)
            let marker = UInt16(try reader.readUInt16())
            if marker == Marker.endOfCodestream { break }
            guard marker == Marker.startOfTilePart else {
                throw CodestreamError(.malformed, at: position, "a tile-part does not begin with SOT")
            }
            guard reader.remaining >= 10 else { break }
            guard try reader.readUInt16() == 10 else {
                throw CodestreamError(.malformed, at: position, "SOT is not 10 bytes long")
            }
            let tile = try reader.readUInt16()
            let length = try reader.readUInt32()
            let index = try reader.readUInt8()
            let count = try reader.readUInt8()
            guard tile < tileCount else {
                throw CodestreamError(
                    .malformed, at: position, "a tile-part belongs to a tile that the image does not have")
            }
            guard length == 0 || length >= 14 else {
                throw CodestreamError(
                    .malformed, at: position, "a tile-part is shorter than its own header")
            }
            var end = range.upperBound
            if length == 0 {
                // The last tile-part reaches to EOC, which is there unless the bytes are cut.
                if end - reader.position >= 2, bytes[end - 2] == 0xFF, bytes[end - 1] == 0xD9 { end -= 2 }
            } else {
                end = min(end, position + length)
            }
            let headerStart = reader.position
            var header = MarkerReader(bytes, headerStart..<end)
            guard try skipHeader(&header) else { break }
            parts.append(
                TilePart(
                    tile: tile, index: index, count: count == 0 ? nil : count, range: position..<end,
                    headerStart: headerStart, dataStart: header.position,
                    isCut: length > 0 && position + length > range.upperBound))
            position = end
        }
        return parts
    }

    /// Moves past SOD; false when the bytes end before it.
    private static func skipHeader(_ reader: inout MarkerReader) throws(CodestreamError) -> Bool {
        while reader.remaining >= 2 {
            let start = reader.position
            let marker = UInt16(try reader.readUInt16())
            if marker == Marker.startOfData { return true }
            guard marker >= 0xFF01, marker != Marker.startOfTilePart, marker != Marker.endOfCodestream
            else {
                throw CodestreamError(
                    .malformed, at: start, "a tile-part header holds something that is no marker segment")
            }
            guard reader.remaining >= 2 else { return false }
            let length = Int(reader.bytes[reader.position]) << 8 | Int(reader.bytes[reader.position + 1])
            guard length <= reader.remaining else { return false }
            _ = try reader.readSegment()
        }
        return false
    }
}
