/// Reads big-endian fields of marker segments; every read is checked against an end.
struct MarkerReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position: Int
    let end: Int

    /// A reader over `range`, which the caller has checked to lie in `bytes`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int {
        end - position
    }

    mutating func readUInt8() throws(CodestreamError) -> Int {
        guard position < end else { throw truncated }
        defer { position += 1 }
        return Int(bytes[position])
    }

    mutating func readUInt16() throws(CodestreamError) -> Int {
        guard remaining >= 2 else { throw truncated }
        defer { position += 2 }
        return Int(bytes[position]) << 8 | Int(bytes[position + 1])
    }

    /// Reads four bytes; throws `tooLarge` when sums of such numbers would exceed `Int`, as they may where that has 32 bits.
    mutating func readUInt32() throws(CodestreamError) -> Int {
        let start = position
        let high = try readUInt16()
        let low = try readUInt16()
        guard Int.bitWidth > 32 || high < 1 << 13 else {
            throw CodestreamError(.tooLarge, at: start, "a number is greater than this machine counts")
        }
        return high << 16 | low
    }

    /// Reads the length field of a marker segment and gives a reader over what follows it in the segment.
    mutating func readSegment() throws(CodestreamError) -> MarkerReader {
        let start = position
        let length = try readUInt16()
        guard length >= 2 else {
            throw CodestreamError(
                .malformed, at: start, "a marker segment is shorter than its length field")
        }
        guard length - 2 <= remaining else { throw truncated }
        defer { position += length - 2 }
        return MarkerReader(bytes, position..<position + length - 2)
    }

    private var truncated: CodestreamError {
        CodestreamError(.truncated, at: position, "a marker segment ends early")
    }
}
