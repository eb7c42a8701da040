/// Reads DICOM files (PS3.10) and bare data sets, as they really are.
///
/// Tolerates what real files do; each defect becomes a ``ReadingWarning``. Pixel data is only located and binary values
/// over the bulk threshold are left where they lie, so that a file of any size is read in the memory of its header.
public struct PartTenReader {
    /// Bounds of what is read. Every number in a file is a lie until it is checked against one of them.
    public struct Options: Sendable {
        /// Values of OB OD OF OL OV OW UN longer than this become ``Value/bulk(_:)``, in bytes.
        public var bulkThreshold = BulkValue.threshold
        /// Sequences within sequences.
        public var maximumDepth = DataSet.maximumDepth
        /// Bytes of all values that are held.
        public var maximumHeaderBytes = 256 << 20
        /// Data elements and items, at all depths.
        public var maximumElements = 4_000_000
        /// Fragments of one encapsulated value.
        public var maximumFragments = 4_000_000
        /// Bytes of an inflated data set (PS3.5 A.5).
        public var maximumInflatedBytes = 512 << 20
        /// Inflated bytes for each deflated one, once more than ``inflateRatioFloor`` bytes have come out.
        ///
        /// Deflate can reach 1032; CT and MR reach 2 to 5, a blank secondary capture some hundred.
        public var maximumInflateRatio = 250
        /// Bytes that may come out at any ratio.
        public var inflateRatioFloor = 64 << 20
        /// Warnings of a kind that are kept; the first ones.
        public var maximumWarnings = 100

        /// The usual bounds.
        public init() {}
    }

    /// The DICOM file or bare data set that `content` holds.
    ///
    /// Throws `notDICOM` when nothing in it looks like a data set and `truncated` when it ends before its pixel data do
    /// begin; pixel data that end early are a warning.
    public static func read(
        _ content: some RandomAccessBytes, options: Options = .init()
    ) throws(DICOMError) -> PartTenFile {
        var window = ByteWindow(content)
        var meta = try FileMetaReader.read(&window)
        let declared = meta.transferSyntaxUID.map(TransferSyntax.known) ?? nil
        var body: any RandomAccessBytes = content
        var start = meta.end
        if let declared, declared.isDeflated, try !isInflated(&window, at: meta.end) {
            body = try Inflation.inflate(&window, from: meta.end, options: options, warnings: &meta.warnings)
            window = ByteWindow(body)
            start = 0
        }
        let syntax = try Syntax(meta, declared, &window, at: start, warnings: &meta.warnings)
        var parser = DataSetParser(
            window, at: start, syntax.encoding, isEncapsulated: declared?.isEncapsulated ?? false, options: options,
            warnings: meta.warnings)
        let dataSet = try parser.read()
        return PartTenFile(
            fileMeta: meta.elements, dataSet: dataSet, transferSyntaxUID: syntax.uid,
            transferSyntaxWasGuessed: syntax.wasGuessed, pixelData: syntax.pixelData(parser.pixelData), content: body,
            warnings: parser.warnings)
    }

    /// Whether a data set that should be deflated plainly is not.
    private static func isInflated(_ window: inout ByteWindow, at offset: Int) throws(DICOMError) -> Bool {
        try ElementEncoding.explicitLittleEndian.plausibility(&window, at: offset).elements >= 3
    }
}

extension PartTenReader {
    /// The transfer syntax that the file meta declares, against what the data set looks like.
    private struct Syntax {
        let uid: String
        let encoding: ElementEncoding
        let wasGuessed: Bool
        private let hasBigEndianPixels: Bool

        init(
            _ meta: FileMetaReader, _ declared: TransferSyntax?, _ window: inout ByteWindow, at offset: Int,
            warnings: inout [ReadingWarning]
        ) throws(DICOMError) {
            let uid = meta.transferSyntaxUID
            // GE's private syntax: implicit VR little endian, but for the pixel data, which is big endian.
            hasBigEndianPixels = uid == "1.2.840.113619.5.2"
            // PS3.5 A.4: every transfer syntax but the default one has explicit VR little endian; so have unknown ones.
            let expected: ElementEncoding? =
                hasBigEndianPixels
                ? .implicitLittleEndian : declared.map(ElementEncoding.init) ?? uid.map { _ in .explicitLittleEndian }
            var found = try ElementEncoding.detect(&window, at: offset, declared: expected)
            if found == nil, !meta.elements.isEmpty, window.count - offset >= 8 {
                // It says that it is DICOM: the first VR field decides.
                let header = try window.header(at: offset, before: window.count, .explicitLittleEndian)
                found = header.vr == nil ? .implicitLittleEndian : .explicitLittleEndian
            }
            guard let found else {
                throw DICOMError(.notDICOM, offset: offset, "nothing here looks like a data set")
            }
            encoding = found
            if found != expected {
                let code: ReadingWarning.Code = expected == nil ? .guessedTransferSyntax : .encodingMismatch
                warnings.append(
                    ReadingWarning(code, offset: offset, "the data set is read as \(found.transferSyntax.name)"))
            }
            let isNative = declared.map { $0.family == .native } ?? false
            if let uid, !hasBigEndianPixels, found == expected || !isNative {
                self.uid = uid
                wasGuessed = false
            } else {
                self.uid = found.transferSyntax.uid
                wasGuessed = true
            }
        }

        func pixelData(_ pixelData: PixelData?) -> PixelData? {
            guard hasBigEndianPixels, var pixelData,
                case .native(let offset, let length, let declaredLength, _) = pixelData.form
            else { return pixelData }
            pixelData.form = .native(offset: offset, length: length, declaredLength: declaredLength, isBigEndian: true)
            return pixelData
        }
    }
}
