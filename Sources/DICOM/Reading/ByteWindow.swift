/// A view of content through one bounded buffer, so that a file of any size is walked in little memory.
struct ByteWindow {
    /// The buffer: big enough for nearly all headers in one read, small beside a frame.
    static let size = 64 << 10

    /// The number of bytes of the content.
    let count: Int
    private let content: any RandomAccessBytes
    /// What is loaded, from `start` on.
    private var loaded: ArraySlice<UInt8> = []
    private var start = 0

    init(_ content: any RandomAccessBytes) {
        self.content = content
        count = content.count
    }

    /// The `count` bytes at `offset`; `readAhead` bytes more are loaded when a read is needed at all.
    mutating func bytes(
        at offset: Int, count: Int, readAhead: Int = ByteWindow.size
    ) throws(DICOMError) -> ArraySlice<UInt8> {
        guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else {
            throw DICOMError(.truncated, offset: offset, "the bytes end here")
        }
        if count > ByteWindow.size { return try read(at: offset, count: count) }
        if offset < start || offset + count > start + loaded.count {
            loaded = try read(at: offset, count: min(max(count, readAhead), self.count - offset))
            start = offset
        }
        let first = loaded.startIndex + (offset - start)
        return loaded[first..<first + count]
    }

    /// The tag at `offset`.
    mutating func tag(at offset: Int, isBigEndian: Bool) throws(DICOMError) -> Tag {
        ByteWindow.tag(try bytes(at: offset, count: 4), isBigEndian: isBigEndian)
    }

    /// The tag of the first four of `bytes`.
    static func tag(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> Tag {
        Tag(word16(bytes, 0, isBigEndian), word16(bytes, 2, isBigEndian))
    }

    /// The two bytes at `index`, counted from the start of the slice.
    static func word16(_ bytes: ArraySlice<UInt8>, _ index: Int, _ isBigEndian: Bool) -> UInt16 {
        let first = UInt16(bytes[bytes.startIndex + index])
        let second = UInt16(bytes[bytes.startIndex + index + 1])
        return isBigEndian ? first << 8 | second : second << 8 | first
    }

    /// The four bytes at `index`, counted from the start of the slice.
    static func word32(_ bytes: ArraySlice<UInt8>, _ index: Int, _ isBigEndian: Bool) -> UInt32 {
        let first = UInt32(word16(bytes, index, isBigEndian))
        let second = UInt32(word16(bytes, index + 2, isBigEndian))
        return isBigEndian ? first << 16 | second : second << 16 | first
    }

    private func read(at offset: Int, count: Int) throws(DICOMError) -> ArraySlice<UInt8> {
        let bytes: ArraySlice<UInt8>
        do {
            bytes = try content.read(at: offset, count: count)
        } catch {
            throw error as? DICOMError
                ?? DICOMError(.unreadable, offset: offset, "the content failed to read: \(error)")
        }
        guard bytes.count == count else {
            throw DICOMError(.unreadable, offset: offset, "the content gave \(bytes.count) bytes for \(count)")
        }
        return bytes
    }
}
