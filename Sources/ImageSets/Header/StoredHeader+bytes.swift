import DICOM

// The byte form, version 1; all numbers are little endian.
//
//     4  "ISOH"
//     2  version
//     1  length n of the transfer syntax UID, then n bytes of it
//     4  tag of the pixel data element (0: none), 2 bytes VR, 1 byte: 1 when encapsulated
//     4  number of bulk values, then for each:
//          16 hash · 8 length · 2 VR · 1 number of items around · 8 for each: sequence and index · 4 tag
//     4  length of the file meta information, then its elements, Explicit VR Little Endian, without group length
//     4  length of the data set, then its elements, Explicit VR Little Endian; bulk values are empty
extension StoredHeader {
    private static let magic = Array("ISOH".utf8)
    private static let version: UInt16 = 1

    /// The bytes that ``init(bytes:)`` reads. Throws ``StoredHeaderError`` for what the form cannot hold.
    public func bytes() throws -> [UInt8] {
        let fileMetaBytes = try PartTenWriter.dataSetBytes(fileMeta) { _ in [] }
        let dataSetBytes = try PartTenWriter.dataSetBytes(dataSet) { _ in [] }
        let uid = Array(transferSyntaxUID.utf8)
        var output = Output()
        output.bytes.reserveCapacity(fileMetaBytes.count + dataSetBytes.count + 64 * bulkValues.count + 128)
        output.bytes += StoredHeader.magic
        output.append(StoredHeader.version)
        try output.appendExactly(UInt8(exactly: uid.count))
        output.bytes += uid
        output.append(pixelElement?.tag.rawValue ?? 0)
        output.bytes += Array((pixelElement?.vr ?? .UN).code.utf8)
        output.bytes.append(pixelElement?.isEncapsulated == true ? 1 : 0)
        try output.appendExactly(UInt32(exactly: bulkValues.count))
        for bulk in bulkValues { try output.append(bulk) }
        try output.appendExactly(UInt32(exactly: fileMetaBytes.count))
        output.bytes += fileMetaBytes
        try output.appendExactly(UInt32(exactly: dataSetBytes.count))
        output.bytes += dataSetBytes
        return output.bytes
    }

    /// Reads what ``bytes()`` wrote. Throws ``StoredHeaderError`` for anything else, however it is damaged.
    public init(bytes: [UInt8]) throws(StoredHeaderError) {
        var input = Input(bytes: bytes)
        guard try input.take(4).elementsEqual(StoredHeader.magic) else { throw input.error(.notAHeader) }
        guard try input.number(UInt16.self) == StoredHeader.version else { throw input.error(.unknownVersion) }
        let uid = try input.take(Int(input.number(UInt8.self)))
        let pixelTag = try input.number(UInt32.self)
        let pixelVR = try input.vr()
        let isEncapsulated = try input.number(UInt8.self) == 1
        let bulkValues = try input.bulkReferences()
        let fileMeta = try input.dataSet()
        var dataSet = try input.dataSet()
        guard input.isAtEnd else { throw input.error(.damaged) }

        guard dataSet.place(bulkValues[...]) else { throw input.error(.damaged) }
        self.init(
            fileMeta: fileMeta, dataSet: dataSet, transferSyntaxUID: String(decoding: uid, as: UTF8.self),
            pixelElement: pixelTag == 0
                ? nil
                : PixelElement(tag: Tag(rawValue: pixelTag), vr: pixelVR, isEncapsulated: isEncapsulated),
            bulkValues: bulkValues)
    }
}

/// Why bytes are no stored header, and where that showed.
public struct StoredHeaderError: Error, Sendable, Equatable {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// The bytes do not begin as a header does.
        case notAHeader
        /// A version this program does not know: a newer one wrote it.
        case unknownVersion
        /// The bytes end early, or do not fit together.
        case damaged
        /// A header that the byte form cannot hold.
        case unencodable
    }

    /// What kind of failure.
    public var code: Code
    /// The byte where it showed.
    public var offset: Int

    /// A failure at `offset`.
    public init(_ code: Code, offset: Int) {
        self.code = code
        self.offset = offset
    }
}

extension DataSet {
    /// Puts placeholders where empty values stand; false when there is none for one of `references`.
    ///
    /// References that lie in one sequence stand together, as ``StoredHeader/bulkValues`` are in data set order; so every
    /// sequence is taken out and put back once.
    fileprivate mutating func place(_ references: ArraySlice<BulkReference>, depth: Int = 0) -> Bool {
        var rest = references
        while let reference = rest.first {
            guard reference.path.items.count > depth else {
                let placeholder = BulkValue(offset: rest.startIndex, length: reference.length)
                guard let element = self[reference.path.tag], element.value.bytes?.isEmpty == true else { return false }
                set(DataElement(element.tag, element.vr, .bulk(placeholder)))
                rest.removeFirst()
                continue
            }
            let sequence = reference.path.items[depth].sequence
            let inSequence = rest.prefix { $0.path.items.count > depth && $0.path.items[depth].sequence == sequence }
            guard let element = self[sequence], case .items(var items) = element.value else { return false }
            var left = inSequence
            while let around = left.first?.path.items[depth] {
                let inItem = left.prefix { $0.path.items[depth] == around }
                guard items.indices.contains(around.index), items[around.index].place(inItem, depth: depth + 1) else {
                    return false
                }
                left = left.dropFirst(inItem.count)
            }
            set(DataElement(sequence, element.vr, .items(items)))
            rest = rest.dropFirst(inSequence.count)
        }
        return true
    }
}

/// Writes the fields of the byte form.
private struct Output {
    var bytes: [UInt8] = []

    mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    mutating func appendExactly(_ number: (some FixedWidthInteger & UnsignedInteger)?) throws {
        guard let number else { throw StoredHeaderError(.unencodable, offset: bytes.count) }
        append(number)
    }

    mutating func append(_ bulk: BulkReference) throws {
        guard let hash = ResourceID<BulkReference>(bulk.hash) else {
            throw StoredHeaderError(.unencodable, offset: bytes.count)
        }
        append(hash.value)
        try appendExactly(UInt64(exactly: bulk.length))
        bytes += Array(bulk.vr.code.utf8)
        try appendExactly(UInt8(exactly: bulk.path.items.count))
        for item in bulk.path.items {
            append(item.sequence.rawValue)
            try appendExactly(UInt32(exactly: item.index))
        }
        append(bulk.path.tag.rawValue)
    }
}

/// Reads the fields of the byte form, every length checked before it is believed.
private struct Input {
    let bytes: [UInt8]
    var offset = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool {
        offset == bytes.count
    }

    func error(_ code: StoredHeaderError.Code) -> StoredHeaderError {
        StoredHeaderError(code, offset: offset)
    }

    mutating func take(_ count: Int) throws(StoredHeaderError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - offset else { throw error(offset == 0 ? .notAHeader : .damaged) }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws(StoredHeaderError) -> Number {
        try take(Number.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Number($1) }
    }

    mutating func vr() throws(StoredHeaderError) -> VR {
        guard let vr = VR(code: String(decoding: try take(2), as: UTF8.self)) else { throw error(.damaged) }
        return vr
    }

    mutating func bulkReferences() throws(StoredHeaderError) -> [BulkReference] {
        let count = try number(UInt32.self)
        var references: [BulkReference] = []
        for _ in 0..<count {
            let hash = ResourceID<BulkReference>(try number(UInt128.self)).description
            guard let length = Int(exactly: try number(UInt64.self)) else { throw error(.damaged) }
            let vr = try vr()
            var items: [BulkPath.Item] = []
            for _ in 0..<(try number(UInt8.self)) {
                let sequence = Tag(rawValue: try number(UInt32.self))
                items.append(BulkPath.Item(sequence: sequence, index: Int(try number(UInt32.self))))
            }
            let path = BulkPath(items: items, tag: Tag(rawValue: try number(UInt32.self)))
            references.append(BulkReference(path: path, vr: vr, length: length, hash: hash))
        }
        return references
    }

    mutating func dataSet() throws(StoredHeaderError) -> DataSet {
        let start = offset
        let field = try take(Int(number(UInt32.self)))
        do {
            return try DataSetReader.read(explicitLittleEndian: field)
        } catch {
            throw StoredHeaderError(.damaged, offset: start + 4 + max(0, error.offset))
        }
    }
}
