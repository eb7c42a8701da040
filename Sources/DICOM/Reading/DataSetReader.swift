/// Reads data sets that ``PartTenWriter`` wrote: strictly Explicit VR Little Endian with defined lengths, and fast.
///
/// Values are slices of the bytes given, not copies. For anything from outside there is ``PartTenReader``.
public struct DataSetReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// The data set that `bytes` hold.
    public static func read(explicitLittleEndian bytes: [UInt8]) throws(DICOMError) -> DataSet {
        try read(explicitLittleEndian: bytes[...])
    }

    /// The data set that `bytes` hold.
    public static func read(explicitLittleEndian bytes: ArraySlice<UInt8>) throws(DICOMError) -> DataSet {
        var reader = DataSetReader(bytes: bytes, position: bytes.startIndex)
        return try reader.readDataSet(before: bytes.endIndex, depth: 0)
    }

    private mutating func readDataSet(before end: Int, depth: Int) throws(DICOMError) -> DataSet {
        var elements: [DataElement] = []
        elements.reserveCapacity(min(16, (end - position) / 8))
        while position < end {
            elements.append(try readElement(before: end, depth: depth))
        }
        return DataSet(elements)
    }

    private mutating func readElement(before end: Int, depth: Int) throws(DICOMError) -> DataElement {
        let start = position
        guard end - start >= 8 else { throw error(.truncated, nil, start, "a cut header") }
        let tag = Tag(word16(start), word16(start + 2))
        guard let written = VR(bytes[start + 4], bytes[start + 5]) else {
            throw error(.invalidVR, tag, start, "an unknown VR")
        }
        var length = Int(word16(start + 6))
        position = start + 8
        if written.hasLongLength {
            guard end - start >= 12 else { throw error(.truncated, tag, start, "a cut header") }
            let field = word32(start + 8)
            position = start + 12
            guard field != .max else { return try readItemStream(tag, written, start, before: end) }
            length = Int(field)
        }
        guard length <= end - position else { throw error(.truncated, tag, start, "a value past the end") }
        let last = position + length
        if written == .SQ {
            return DataElement(tag, .SQ, .items(try readItems(tag, before: last, depth: depth + 1)))
        }
        defer { position = last }
        return DataElement(tag, vr(written, tag, length), .bytes(bytes[position..<last]))
    }

    private mutating func readItems(_ tag: Tag, before end: Int, depth: Int) throws(DICOMError) -> [DataSet] {
        guard depth <= DataSet.maximumDepth else { throw error(.tooDeep, tag, position, "sequences too deep") }
        var items: [DataSet] = []
        while position < end {
            let start = position
            guard end - start >= 8, Tag(word16(start), word16(start + 2)) == .item else {
                throw error(.invalidSequence, tag, start, "no item where one should be")
            }
            position = start + 8
            let length = Int(word32(start + 4))
            guard length <= end - position else { throw error(.truncated, tag, start, "an item past the end") }
            items.append(try readDataSet(before: position + length, depth: depth))
        }
        return items
    }

    /// The only values of undefined length that are written: an icon's encapsulated pixel data.
    private mutating func readItemStream(
        _ tag: Tag, _ vr: VR, _ start: Int, before end: Int
    ) throws(DICOMError) -> DataElement {
        guard tag == .pixelData, let last = ItemStream.end(bytes[..<end], from: position) else {
            throw error(.invalidLength, tag, start, "an undefined length")
        }
        defer { position = last }
        return DataElement(tag, vr, .bytes(bytes[position..<last]))
    }

    /// What the writer made UN only because the value is too long for its VR is what it was.
    private func vr(_ written: VR, _ tag: Tag, _ length: Int) -> VR {
        guard written == .UN, length > 0xFFFE else { return written }
        let vr = VR.resolved(for: tag, in: VRContext())
        return vr == .SQ ? .UN : vr
    }

    private func word16(_ index: Int) -> UInt16 {
        UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
    }

    private func word32(_ index: Int) -> UInt32 {
        UInt32(word16(index)) | UInt32(word16(index + 2)) << 16
    }

    private func error(_ code: DICOMError.Code, _ tag: Tag?, _ index: Int, _ message: String) -> DICOMError {
        DICOMError(code, tag: tag, offset: index - bytes.startIndex, "in a stored data set: \(message)")
    }
}
