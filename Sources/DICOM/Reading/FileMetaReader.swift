/// Reads preamble and file meta information (PS3.10 7.1), as far as they are there.
struct FileMetaReader {
    /// The elements of group 0002.
    var elements = DataSet()
    /// Where the data set starts.
    var end: Int
    var warnings: [ReadingWarning] = []

    /// No file meta has more bytes or elements of its own accord.
    private static let maximumBytes = 16 << 20
    private static let maximumElements = 1000

    /// The transfer syntax UID; nil when missing or empty.
    var transferSyntaxUID: String? {
        elements.string(.transferSyntaxUID)
    }

    static func read(_ window: inout ByteWindow) throws(DICOMError) -> FileMetaReader {
        var reader = FileMetaReader(end: try start(&window))
        if reader.end < 132 {
            reader.warnings.append(ReadingWarning(.missingPreamble, offset: 0, "no preamble"))
        }
        try reader.readElements(&window)
        return reader
    }

    /// The offset after the prefix `DICM`: usually 132; 4 or 0 without preamble.
    private static func start(_ window: inout ByteWindow) throws(DICOMError) -> Int {
        let prefix = Array("DICM".utf8)
        let head = try window.bytes(at: 0, count: min(window.count, 140))
        let isAtUsualPlace = head.count >= 132 && head.dropFirst(128).prefix(4).elementsEqual(prefix)
        let isAtStart = head.starts(with: prefix)
        guard isAtUsualPlace else { return isAtStart ? 4 : 0 }
        // The four letters may also stand in a value of a data set without preamble.
        if try startsWithFileMeta(&window, at: 132) { return 132 }
        let bare = try ElementEncoding.detect(&window, at: 0, declared: nil)
        let usual = try ElementEncoding.detect(&window, at: 132, declared: nil)
        return bare != nil && usual == nil ? 0 : 132
    }

    private static func startsWithFileMeta(_ window: inout ByteWindow, at offset: Int) throws(DICOMError) -> Bool {
        guard window.count - offset >= 8 else { return false }
        return try window.tag(at: offset, isBigEndian: false).group == 2
    }

    private mutating func readElements(_ window: inout ByteWindow) throws(DICOMError) {
        let start = end
        var found: [DataElement] = []
        var declaredEnd: Int?
        while try FileMetaReader.startsWithFileMeta(&window, at: end) {
            let header = try header(&window)
            guard header.fits(before: window.count), let length = header.length else {
                throw DICOMError(.truncated, tag: header.tag, offset: end, "the file meta information is cut")
            }
            guard found.count < FileMetaReader.maximumElements, length <= FileMetaReader.maximumBytes,
                end - start <= FileMetaReader.maximumBytes
            else { throw DICOMError(.tooLarge, tag: header.tag, offset: end, "the file meta information is too large") }
            let value = Array(try window.bytes(at: header.valueOffset, count: length))
            end = header.valueOffset + length
            let vr = header.vr ?? VR.resolved(for: header.tag, in: VRContext())
            let element = DataElement(header.tag, vr, .bytes(value[...]))
            if header.tag == .fileMetaInformationGroupLength, let groupLength = DataSet([element]).integer(header.tag) {
                declaredEnd = end + groupLength
            }
            found.append(element)
        }
        elements = DataSet(found)
        note(start: start, declaredEnd: declaredEnd)
    }

    /// The next header: explicit VR little endian, or by mistake implicit.
    private func header(_ window: inout ByteWindow) throws(DICOMError) -> ElementHeader {
        let explicit = try window.header(at: end, before: window.count, .explicitLittleEndian)
        guard explicit.vr == nil else { return explicit }
        let implicit = try window.header(at: end, before: window.count, .implicitLittleEndian)
        return implicit.fits(before: window.count) ? implicit : explicit
    }

    private mutating func note(start: Int, declaredEnd: Int?) {
        guard end > start else {
            return warnings.append(ReadingWarning(.incompleteFileMeta, offset: start, "no file meta information"))
        }
        let required: [Tag] = [
            .fileMetaInformationGroupLength, .mediaStorageSOPClassUID, .mediaStorageSOPInstanceUID, .transferSyntaxUID,
        ]
        for tag in required where elements[tag].map(\.value.isEmpty) ?? true {
            warnings.append(ReadingWarning(.incompleteFileMeta, tag: tag, offset: start, "missing in the file meta"))
        }
        if let declaredEnd, declaredEnd != end {
            let tag = Tag.fileMetaInformationGroupLength
            warnings.append(
                ReadingWarning(.wrongFileMetaLength, tag: tag, offset: start, "\(end - declaredEnd) bytes off"))
        }
    }
}
