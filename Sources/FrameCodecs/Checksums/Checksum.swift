import CDeflate

/// CRC-32 with the polynomial of zlib, gzip and PNG (RFC 1952 section 8): the checksum of image frames.
public enum Checksum {
    /// The CRC-32 of `bytes`; 0 for none.
    public static func crc32(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes(crc32)
    }

    /// The CRC-32 of `bytes`; 0 for none.
    public static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBytes(crc32)
    }

    /// The CRC-32 of `bytes`; 0 for none.
    public static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes)
        return checksum.value
    }
}

/// A CRC-32 that grows with the bytes, for streams.
public struct CRC32: Sendable, Equatable {
    /// The checksum of all bytes so far.
    public private(set) var value: UInt32 = 0

    /// The checksum of no bytes.
    public init() {}

    /// Adds `bytes`.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        // libdeflate takes a null pointer as a request for the initial value, which would forget what came before.
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        value = libdeflate_crc32(value, start, bytes.count)
    }

    /// Adds `bytes`.
    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }
}
