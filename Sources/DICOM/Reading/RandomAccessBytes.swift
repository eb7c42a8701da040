/// Bytes that can be read at any place: a file, a blob, an array.
public protocol RandomAccessBytes: Sendable {
    /// The number of bytes.
    var count: Int { get }

    /// The `count` bytes from `offset`. MUST throw when they are not all there.
    func read(at offset: Int, count: Int) throws -> ArraySlice<UInt8>
}

/// Bytes in memory.
public struct MemoryBytes: RandomAccessBytes {
    private let bytes: [UInt8]

    /// All of `bytes`.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The number of bytes.
    public var count: Int {
        bytes.count
    }

    /// A slice of the bytes, not a copy; throws ``DICOMError`` when they are not all there.
    public func read(at offset: Int, count: Int) throws -> ArraySlice<UInt8> {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
            throw DICOMError(.truncated, offset: offset, "a read past the end of the bytes")
        }
        return bytes[offset..<offset + count]
    }
}
