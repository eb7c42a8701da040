import DICOM

/// Testing has a `Tag` too; in this module the word means the one of DICOM.
typealias Tag = DICOM.Tag

/// Data elements as bytes, for tests where writing them out by hand would hide the point.
enum EncodedBytes {
    /// An element in Explicit VR Little Endian; `length` in place of the value's own.
    static func explicit(_ tag: Tag, _ vr: String, _ value: [UInt8], length: UInt32? = nil) -> [UInt8] {
        let length = length ?? UInt32(value.count)
        let head = word(tag.group) + word(tag.element) + Array(vr.utf8)
        let isLong = VR(code: vr)?.hasLongLength ?? true
        return head + (isLong ? [0, 0] + word(length) : word(UInt16(truncatingIfNeeded: length))) + value
    }

    /// An element in Implicit VR Little Endian; `length` in place of the value's own.
    static func implicit(_ tag: Tag, _ value: [UInt8], length: UInt32? = nil) -> [UInt8] {
        word(tag.group) + word(tag.element) + word(length ?? UInt32(value.count)) + value
    }

    /// An item of given length.
    static func item(_ value: [UInt8], length: UInt32? = nil) -> [UInt8] {
        implicit(Tag(0xFFFE, 0xE000), value, length: length)
    }

    static let undefined: UInt32 = 0xFFFF_FFFF
    static let itemDelimiter: [UInt8] = [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]
    static let sequenceDelimiter: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]

    /// A DICOM file: preamble, file meta information and `dataSet`.
    static func file(_ syntax: TransferSyntax, _ dataSet: [UInt8]) throws -> [UInt8] {
        try file(syntax.uid, dataSet)
    }

    static func file(_ transferSyntaxUID: String, _ dataSet: [UInt8]) throws -> [UInt8] {
        let meta = PartTenWriter.fileMeta(
            sopClassUID: "1.2.840.10008.5.1.4.1.1.7", sopInstanceUID: "1.2.3", transferSyntaxUID: transferSyntaxUID)
        return try PartTenWriter.fileMetaBytes(meta) + dataSet
    }

    static func word(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }
}

extension PartTenReader {
    /// Reads a file that consists of `bytes`.
    static func read(_ bytes: [UInt8], _ change: (inout Options) -> Void = { _ in }) throws(DICOMError) -> PartTenFile {
        var options = Options()
        change(&options)
        return try read(MemoryBytes(bytes), options: options)
    }
}

extension PartTenFile {
    /// The kinds of warnings, in order, each once.
    var warningCodes: [ReadingWarning.Code] {
        warnings.reduce(into: []) { codes, warning in
            if !codes.contains(warning.code) { codes.append(warning.code) }
        }
    }
}

extension DICOMError {
    /// The code of the error that `body` throws; nil when it throws none.
    static func code(_ body: () throws -> Void) -> Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? DICOMError)?.code
        }
    }
}
