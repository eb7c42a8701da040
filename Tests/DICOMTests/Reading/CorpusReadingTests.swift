import DICOM
import Foundation
import TestSupport
import Testing

/// The shared corpus of real files.
@Suite(.enabled(if: TestCorpus.isPresent))
struct CorpusReadingTests {
    /// What a file that is not as the standard wants it gives.
    enum Outcome: Sendable {
        /// The transfer syntax, whether it was guessed, the number of elements at the top, and the kinds of warnings.
        case reads(TransferSyntax, guessed: Bool = false, elements: Int, [ReadingWarning.Code] = [])
        /// The kind of error and the element it names.
        case fails(DICOMError.Code, DICOM.Tag? = nil)
    }

    /// Element counts are pydicom's (3.0.2, force=True) without group lengths and pixel data; the errors are files that
    /// pydicom reads in part and spec/20 fails, and bytes that are no DICOM.
    private static let nonconformant: [(String, Outcome)] = {
        let bare: [ReadingWarning.Code] = [.missingPreamble, .incompleteFileMeta, .guessedTransferSyntax]
        return [
            ("3gb-bulk-data-truncated", .reads(.explicitVRLittleEndian, elements: 88, [.truncatedPixelData])),
            ("ExplVR_BigEndNoMeta", .reads(.explicitVRBigEndian, guessed: true, elements: 24, bare)),
            ("ExplVR_LitEndNoMeta", .reads(.explicitVRLittleEndian, guessed: true, elements: 24, bare)),
            ("J2K_pixelrep_mismatch", .reads(.jpeg2000Lossless, elements: 93)),
            ("MR_small_padded", .reads(.explicitVRLittleEndian, elements: 72)),
            ("MR_truncated", .reads(.explicitVRLittleEndian, elements: 71, [.truncatedPixelData])),
            ("OT-PAL-8-face", .reads(.implicitVRLittleEndian, guessed: true, elements: 27, bare)),
            ("Tag-0040-A170-VR-CS", .reads(.implicitVRLittleEndian, elements: 63)),
            ("UN_sequence", .reads(.jpegLosslessSV1, elements: 1)),
            ("badVR", .reads(.explicitVRLittleEndian, elements: 44)),
            ("cut-in-dataset", .fails(.truncated, Tag(0x0043, 0x1029))),
            ("cut-in-file-meta", .fails(.truncated, .sourceApplicationEntityTitle)),
            ("cut-in-pixeldata", .reads(.explicitVRLittleEndian, elements: 256, [.truncatedPixelData])),
            ("empty_charset_LEI", .reads(.implicitVRLittleEndian, elements: 2, [.incompleteFileMeta])),
            ("invalid-long-uid", .reads(.explicitVRLittleEndian, elements: 78)),
            (
                "meta_missing_tsyntax",
                .reads(
                    .implicitVRLittleEndian, guessed: true, elements: 1,
                    [.incompleteFileMeta, .guessedTransferSyntax, .oddLength])
            ),
            ("missing-PatientID", .reads(.explicitVRLittleEndian, elements: 77)),
            ("missing-SOPClassUID", .reads(.explicitVRLittleEndian, elements: 77, [.incompleteFileMeta])),
            ("missing-SOPInstanceUID", .reads(.explicitVRLittleEndian, elements: 77, [.incompleteFileMeta])),
            ("missing-SeriesInstanceUID", .reads(.explicitVRLittleEndian, elements: 77)),
            ("missing-StudyInstanceUID", .reads(.explicitVRLittleEndian, elements: 77)),
            ("nested_priv_SQ", .reads(.implicitVRLittleEndian, elements: 1, [.incompleteFileMeta, .oddLength])),
            ("no-pixel-data", .reads(.explicitVRLittleEndian, elements: 33)),
            // Its first byte is a blank before the first element.
            ("no_meta", .fails(.notDICOM)),
            ("no_meta_group_length", .reads(.implicitVRLittleEndian, elements: 3, [.incompleteFileMeta])),
            // pydicom takes the letters DICM in a value for the prefix and finds one element.
            ("no_preamble_dicm_in_data", .reads(.explicitVRLittleEndian, guessed: true, elements: 23, bare)),
            ("numberofframes-5-but-1", .reads(.explicitVRLittleEndian, elements: 79)),
            ("preamble-only", .fails(.notDICOM)),
            ("priv_SQ", .reads(.implicitVRLittleEndian, elements: 2)),
            ("random", .fails(.notDICOM)),
            ("reportsi_with_empty_number_tags", .reads(.explicitVRLittleEndian, elements: 41)),
            ("rows-too-large-for-pixeldata", .reads(.explicitVRLittleEndian, elements: 78)),
            ("rtplan_truncated", .fails(.truncated, Tag(0x300A, 0x00B0))),
            ("rtstruct", .reads(.implicitVRLittleEndian, guessed: true, elements: 34, bare)),
            ("text", .fails(.notDICOM)),
            ("trailing-zeros", .reads(.explicitVRLittleEndian, elements: 257, [.trailingBytes])),
            ("uid-leading-zero-component", .reads(.explicitVRLittleEndian, elements: 78)),
            ("vr-violations", .reads(.explicitVRLittleEndian, elements: 78)),
            ("zero-byte", .fails(.notDICOM)),
        ]
    }()

    @Test(arguments: nonconformant)
    func nonconformantFilesAreReadOrRefused(_ name: String, _ outcome: Outcome) throws {
        let bytes = try CorpusFile(path: "nonconformant/\(name).dcm").bytes()
        switch outcome {
        case .reads(let syntax, let guessed, let elements, let warnings):
            let file = try PartTenReader.read(bytes)
            #expect(file.transferSyntaxUID == syntax.uid)
            #expect(file.transferSyntaxWasGuessed == guessed)
            #expect(file.dataSet.count == elements)
            #expect(file.warningCodes == warnings)
        case .fails(let code, let tag):
            let error = #expect(throws: DICOMError.self) { try PartTenReader.read(bytes) }
            #expect(error?.code == code)
            #expect(error?.tag == tag)
        }
    }

    @Test func everyOtherFileOfTheCorpusIsRead() throws {
        let files = CorpusFile.all.filter { !$0.path.hasPrefix("nonconformant/") }
        #expect(files.count > 390)
        for file in files {
            #expect(throws: Never.self, "\(file.path)") { try PartTenReader.read(try file.bytes()) }
        }
    }

    /// The MANIFEST names the transfer syntax of every file that has one.
    @Test func transferSyntaxesAreThoseOfTheManifest() throws {
        for file in CorpusFile.all where file.transferSyntaxUID != "" {
            guard let read = try? PartTenReader.read(try file.bytes()) else { continue }
            #expect(read.fileMeta.string(.transferSyntaxUID) == file.transferSyntaxUID, "\(file.path)")
        }
    }

    /// What is read, written and read again is the same: data set, bulk values, and place of the pixel data.
    @Test func everyFileSurvivesWriting() throws {
        for corpusFile in CorpusFile.all {
            guard let file = try? PartTenReader.read(try corpusFile.bytes()) else { continue }
            let original = try file.dataSet.replacingBulkValues { try file.bytes(of: $0, $1)[...] }
            let dataSetBytes = try PartTenWriter.dataSetBytes(original) { _ in [] }
            let meta = PartTenWriter.fileMeta(
                sopClassUID: "1.2", sopInstanceUID: "1.3",
                transferSyntaxUID: TransferSyntax.explicitVRLittleEndian.uid, imported: file.fileMeta)
            let written = try PartTenWriter.fileMetaBytes(meta) + dataSetBytes
            let reread = try PartTenReader.read(written) { $0.bulkThreshold = .max }
            #expect(reread.dataSet == original.paddedToEven, "\(corpusFile.path)")
            #expect(reread.warnings == [], "\(corpusFile.path)")
            let fast = try DataSetReader.read(explicitLittleEndian: dataSetBytes)
            #expect(fast == original.paddedToEven, "\(corpusFile.path)")
        }
    }
}

/// One DICOM file of the corpus.
private struct CorpusFile {
    /// Its path below `dicom/`.
    let path: String
    /// What the MANIFEST says of it; empty when it has none.
    var transferSyntaxUID = ""

    func bytes() throws -> [UInt8] {
        guard let url = TestCorpus.url("dicom/\(path)") else { return [] }
        return [UInt8](try Data(contentsOf: url))
    }

    /// The files that MANIFEST.csv lists, in its order.
    static var all: [CorpusFile] {
        TestCorpus.manifest(of: "dicom").compactMap { row in
            guard let path = row["file"], !path.hasSuffix(".json") else { return nil }
            return CorpusFile(path: path, transferSyntaxUID: row["transfer_syntax"] ?? "")
        }
    }
}

extension DataSet {
    /// The same with the padding that the writer adds to values of odd length.
    fileprivate var paddedToEven: DataSet {
        DataSet(
            elements.map { element in
                switch element.value {
                case .bytes(let bytes) where !bytes.count.isMultiple(of: 2):
                    DataElement(element.tag, element.vr, .bytes(bytes + [element.vr.padding]))
                case .items(let items): DataElement(element.tag, .SQ, .items(items.map(\.paddedToEven)))
                default: element
                }
            })
    }
}
