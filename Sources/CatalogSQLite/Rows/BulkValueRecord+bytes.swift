import Catalog

/// The bulk values of an object as one column keeps them: for each the length of the hash text (one byte), the text,
/// and pack, offset, length (8 bytes each, little endian).
extension BulkValueRecord {
    static func bytes(of values: [Self]) throws -> [UInt8] {
        var writer = ByteWriter()
        for value in values {
            guard let length = UInt8(exactly: value.hash.utf8.count) else {
                throw CatalogError(.conflict, "a bulk value's hash is too long")
            }
            writer.append(length)
            writer.append(value.hash)
            writer.append(value.location)
        }
        return writer.bytes
    }

    static func values(in bytes: [UInt8]) throws -> [Self] {
        var reader = ByteReader(bytes[...])
        var values: [Self] = []
        while !reader.isAtEnd {
            let length: UInt8 = try reader.next()
            values.append(.init(hash: try reader.text(length: Int(length)), location: try reader.location()))
        }
        return values
    }
}
