/// A 128-bit identifier, written as 32 lower-case hexadecimal digits.
///
/// The service model allows `[0-9a-z]{32}`; ours are always hexadecimal, so that they fit 16 bytes in an index.
/// `Kind` keeps the identifiers of different resources apart at compile time.
public struct ResourceID<Kind>: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The identifier as a number, most significant digit first.
    public let value: UInt128

    /// Wraps a number.
    public init(_ value: UInt128) {
        self.value = value
    }

    /// Draws a new identifier from `generator`.
    public init(using generator: inout some RandomNumberGenerator) {
        self.value = UInt128(generator.next()) << 64 | UInt128(generator.next())
    }

    /// Reads 32 lower-case hexadecimal digits; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let utf8 = text.utf8
        // Read on every request: from the string's own bytes where they lie in one piece.
        let value =
            utf8.withContiguousStorageIfAvailable { Self.number(UnsafeRawBufferPointer($0)) }
            ?? Array(utf8).withUnsafeBytes { Self.number($0) }
        guard let value else { return nil }
        self.value = value
    }

    private static func number(_ digits: UnsafeRawBufferPointer) -> UInt128? {
        guard digits.count == 32 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for index in 0..<16 {
            guard let high = value(ofDigit: digits[index]), let low = value(ofDigit: digits[index + 16]) else {
                return nil
            }
            halves = (halves.0 << 4 | high, halves.1 << 4 | low)
        }
        return UInt128(halves.0) << 64 | UInt128(halves.1)
    }

    private static func value(ofDigit byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        default: nil
        }
    }

    /// The 32 digits.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 32) { buffer in
            for position in 0..<32 {
                let shift = UInt128((31 - position) * 4)
                buffer[position] = digits[Int(truncatingIfNeeded: value >> shift) & 0xF]
            }
            return 32
        }
    }

    /// Orders identifiers by their digits.
    public static func < (left: Self, right: Self) -> Bool {
        left.value < right.value
    }
}

/// Tags data store identifiers.
public enum DatastoreKind {}
/// Tags image set identifiers.
public enum ImageSetKind {}
/// Tags image frame identifiers.
public enum ImageFrameKind {}
/// Tags import job identifiers.
public enum ImportJobKind {}

/// Names a data store.
public typealias DatastoreID = ResourceID<DatastoreKind>
/// Names an image set.
public typealias ImageSetID = ResourceID<ImageSetKind>
/// Names one frame of one image set, opaquely: ids cannot be guessed from one another.
public typealias ImageFrameID = ResourceID<ImageFrameKind>
/// Names an import job.
public typealias ImportJobID = ResourceID<ImportJobKind>
