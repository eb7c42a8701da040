import Blobs
import Catalog

/// Reads little-endian numbers from the bytes of a row; throws `engine` at their end.
struct ByteReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool {
        bytes.isEmpty
    }

    mutating func next<Number: FixedWidthInteger>() throws -> Number {
        try take(Number.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    mutating func text(length: Int) throws -> String {
        String(decoding: try take(length), as: UTF8.self)
    }

    mutating func location() throws -> BlobLocation {
        BlobLocation(pack: PackID(rawValue: try next()), offset: try next(), length: try next())
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard bytes.count >= count else { throw CatalogError(.engine, "a record ends too early") }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }
}

/// Gathers little-endian numbers for a row.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(zeros count: Int) {
        bytes.append(contentsOf: repeatElement(0, count: count))
    }

    mutating func append(_ location: BlobLocation) {
        append(location.pack.rawValue)
        append(location.offset)
        append(location.length)
    }
}
