/// Where the segments of a blob lie in its pack: all of it follows from offset and plain length.
///
/// A blob of plain length L is cut into segments of 1 MiB, the last one shorter; an empty blob has one empty segment.
/// Each is sealed by itself, which makes it 16 bytes longer, and they lie back to back. So a frame is one positional
/// read, and a range of a long video costs only the segments it touches.
public struct PackLayout: Sendable, Hashable {
    /// The bytes at the start of a pack that are not blobs.
    public static let headerLength: UInt64 = 96
    /// The plain bytes in every segment of a blob but its last.
    public static let segmentLength: UInt64 = 1 << 20
    /// The bytes that sealing adds to a segment.
    public static let tagLength: UInt64 = 16
    /// The longest blob, 64 TiB, so that no sum of an offset and a length can overflow.
    public static let maximumLength: UInt64 = 1 << 46
    /// The furthest place where a blob may begin.
    public static let maximumOffset: UInt64 = 1 << 61

    /// The first physical byte of the first segment.
    public let offset: UInt64
    /// The length of the plain bytes.
    public let length: UInt64

    /// The layout of a blob; nil when the blob would begin in the pack's header or is longer than the limits.
    public init?(offset: UInt64, length: UInt64) {
        guard (Self.headerLength...Self.maximumOffset).contains(offset), length <= Self.maximumLength else {
            return nil
        }
        self.offset = offset
        self.length = length
    }

    /// The physical bytes that a blob takes; nil when it is longer than ``maximumLength``.
    public static func sealedLength(of length: UInt64) -> UInt64? {
        PackLayout(offset: headerLength, length: length)?.sealedLength
    }

    /// The number of segments, one at least.
    public var segmentCount: UInt64 {
        max(1, (length + Self.segmentLength - 1) / Self.segmentLength)
    }

    /// The physical bytes from the first byte of the first segment to the last byte of the last tag.
    public var sealedLength: UInt64 {
        length + segmentCount * Self.tagLength
    }

    /// The first physical byte after the blob.
    public var end: UInt64 {
        offset + sealedLength
    }

    /// The segment of an index below ``segmentCount``.
    public func segment(_ index: UInt64) -> Segment {
        precondition(index < segmentCount, "a blob has no segment of this index")
        let start = index * Self.segmentLength
        return Segment(
            index: index, offset: offset + index * (Self.segmentLength + Self.tagLength),
            plainRange: start..<min(start + Self.segmentLength, length))
    }

    /// The indices of the segments that a range of the plain bytes touches. An empty range touches one segment, so that
    /// reading it still tells whether the blob is there.
    public func segments(touching range: Range<UInt64>) -> Range<UInt64> {
        precondition(range.upperBound <= length, "the range passes the blob's end")
        let first = min(range.lowerBound / Self.segmentLength, segmentCount - 1)
        guard !range.isEmpty else { return first..<first + 1 }
        return first..<(range.upperBound - 1) / Self.segmentLength + 1
    }

    /// One separately sealed piece of a blob.
    public struct Segment: Sendable, Hashable {
        /// Its place among the blob's segments, from 0.
        public let index: UInt64
        /// Its first physical byte in the pack.
        public let offset: UInt64
        /// The blob's plain bytes that it holds.
        public let plainRange: Range<UInt64>

        /// The physical bytes that it takes.
        public var sealedLength: UInt64 {
            plainRange.upperBound - plainRange.lowerBound + PackLayout.tagLength
        }
    }
}
