import NIOCore

/// A pack that can be read: its open file and its key.
struct PackHandle: Sendable {
    let file: any PackFile
    let cipher: SegmentCipher

    /// How much may be read and opened on the caller's thread: two segments, some 200 µs.
    private static let maximumImmediateSegments = 2

    /// Reads a range of a blob's plain bytes from memory; nil when a device would have to be waited for, or when it is
    /// so much that the caller's thread should not be kept.
    func readCached(_ layout: PackLayout, range: Range<UInt64>) throws -> ByteBuffer? {
        guard layout.segments(touching: range).count <= Self.maximumImmediateSegments else { return nil }
        return try read(layout, range: range) { bytes, offset in
            file.readCached(into: bytes, at: offset) == bytes.count
        }
    }

    /// Reads a range of a blob's plain bytes. Blocks.
    func read(_ layout: PackLayout, range: Range<UInt64>) throws -> ByteBuffer {
        let pack = cipher.pack
        let buffer = try read(layout, range: range) { bytes, offset in
            do {
                return try file.read(into: bytes, at: offset) == bytes.count
            } catch {
                throw BlobError(.inputOutput, "reading failed", pack: pack, cause: error)
            }
        }
        if let buffer { return buffer }
        throw BlobError(.corrupted, "the pack ends before the blob at \(layout.offset) does", pack: pack)
    }

    /// Fills a buffer segment by segment; nil as soon as `fill` answers false.
    private func read(
        _ layout: PackLayout, range: Range<UInt64>,
        fill: (UnsafeMutableRawBufferPointer, UInt64) throws -> Bool
    ) throws -> ByteBuffer? {
        let indices = layout.segments(touching: range)
        let longest = layout.segment(indices.lowerBound).sealedLength
        let sealed = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(longest), alignment: 16)
        defer { sealed.deallocate() }
        var plain = ByteBuffer()
        for index in indices {
            let segment = layout.segment(index)
            let bytes = UnsafeMutableRawBufferPointer(rebasing: sealed[..<Int(segment.sealedLength)])
            guard try fill(bytes, segment.offset) else { return nil }
            // Only now is it known that the pack is long enough to hold what was asked for.
            if index == indices.lowerBound { plain.reserveCapacity(range.count) }
            try cipher.open(UnsafeRawBufferPointer(bytes), as: segment, of: layout, range: range, into: &plain)
        }
        return plain
    }
}
