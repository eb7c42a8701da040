import DICOM
import TestSupport
import Testing

@testable import FrameCodecs

/// Real files against the pixels that pydicom finds in them.
@Suite(.enabled(if: TestCorpus.isPresent))
struct FrameCorpusTests {
    private static let native = ManifestEntry.withPixels.filter { entry in
        TransferSyntax.known(entry.transferSyntaxUID)?.family == .native
    }
    private static let runLengths = ManifestEntry.withPixels.filter {
        $0.transferSyntaxUID == TransferSyntax.rleLossless.uid
    }
    private static let highThroughput = ManifestEntry.withPixels.filter {
        TransferSyntax.known($0.transferSyntaxUID)?.family == .htj2k
    }
    private static let images = ManifestEntry.withPixels.filter { entry in
        guard let syntax = TransferSyntax.known(entry.transferSyntaxUID) else { return false }
        return syntax.isEncapsulated && syntax.family != .deflatedFrame
    }

    @Test(arguments: native + runLengths)
    func framesAreThePixelsThatPydicomFinds(entry: ManifestEntry) throws {
        let source = FrameSource(try PartTenReader.read(MemoryBytes(entry.bytes())))
        #expect(source.warnings.isEmpty)
        #expect(source.frameCount > 0)
        #expect(try CorpusPixels.hash(of: source) == entry.pixelHash)
    }

    @Test(arguments: native + runLengths)
    func framesThatAreStoredDecodeToWhatTheyWere(entry: ManifestEntry) throws {
        let source = FrameSource(try PartTenReader.read(MemoryBytes(entry.bytes())))
        let pixel = try #require(source.pixel)
        guard pixel.frameByteCount <= CorpusPixels.maximumCodedByteCount else { return }
        for index in 0..<min(source.frameCount, 3) {
            let frame = try source.frame(index)
            let decoded = try FrameDecoder.decode(
                frame.bytes, storedTransferSyntaxUID: source.storedTransferSyntaxUID, pixel: pixel)
            #expect(try decoded == source.nativeFrame(index))
            #expect(frame.checksums.last?.crc32 == Checksum.crc32(decoded))
        }
    }

    @Test(arguments: highThroughput)
    func highThroughputFramesAreThePixelsThatPydicomFinds(entry: ManifestEntry) throws {
        let source = FrameSource(try PartTenReader.read(MemoryBytes(entry.bytes())))
        let pixel = try #require(source.pixel)
        #expect(source.warnings.isEmpty)
        guard pixel.frameByteCount / 10 <= CorpusPixels.maximumCodedByteCount else { return }
        let frame = try source.frame(0)
        let decoded = try FrameDecoder.decode(
            frame.bytes, storedTransferSyntaxUID: frame.transferSyntaxUID, pixel: pixel)
        #expect(CorpusPixels.hash(of: decoded) == entry.pixelHash)
        switch entry.transferSyntaxUID {
        case TransferSyntax.htj2k.uid:
            #expect(frame.checksums.map(\.crc32) == [Checksum.crc32(frame.bytes)])
        default:
            #expect(frame.transferSyntaxUID == TransferSyntax.htj2kLosslessRPCL.uid)
            #expect(frame.checksums.last?.crc32 == Checksum.crc32(decoded))
            #expect(frame.frameSizeInBytes == decoded.count)
        }
    }

    @Test(arguments: images)
    func everyEncapsulatedFrameIsFound(entry: ManifestEntry) throws {
        let file = try PartTenReader.read(MemoryBytes(entry.bytes()))
        let pixelData = try #require(file.pixelData)
        let pixel = try PixelDescription(file.dataSet, pixelData: pixelData)
        let bytes = PixelDataBytes(pixelData, of: file.content)
        let layout = try FrameLayout(pixelData, pixel, bytes: bytes, transferSyntaxUID: entry.transferSyntaxUID)
        #expect(layout.frameCount == pixel.numberOfFrames)
        #expect(layout.warnings.isEmpty)
        let start = StartOfImage(transferSyntaxUID: entry.transferSyntaxUID)
        for index in 0..<layout.frameCount {
            #expect(start.begins(try layout.frame(index, of: bytes).prefix(StartOfImage.prefixLength)))
        }
    }

    @Test(arguments: ["SEG_510x510x3_1b_liver_nonbyte_aligned", "SEG_512x512x3_1b_liver"])
    func runLengthsOfOneBitCellsAreTheNativeFrames(name: String) throws {
        let native = try source("explicit-le/\(name).dcm")
        let runLengths = try source("rle-5/\(name)_rle.dcm")
        #expect(runLengths.frameCount == 3)
        for index in 0..<3 { #expect(try runLengths.frame(index) == native.frame(index)) }
    }

    @Test(arguments: [
        ("nonconformant/numberofframes-5-but-1.dcm", 0, [FrameWarning.Code.frameNumberMismatch]),
        ("nonconformant/rows-too-large-for-pixeldata.dcm", 0, [.framesExtractionFailure]),
        ("nonconformant/cut-in-pixeldata.dcm", 0, [.framesExtractionFailure]),
        ("nonconformant/MR_truncated.dcm", 0, [.framesExtractionFailure]),
        ("nonconformant/3gb-bulk-data-truncated.dcm", 0, [.framesExtractionFailure]),
        ("nonconformant/MR_small_padded.dcm", 1, []),
        ("nonconformant/badVR.dcm", 15, []),
        ("nonconformant/OT-PAL-8-face.dcm", 1, []),
        ("nonconformant/no-pixel-data.dcm", 0, []),
        ("j2k-91/NM_1024x256_16b_JPEG2000-embedded-sequence-delimiter.dcm", 1, []),
        ("unsupported-ts/j2k-part2-lossless-92.dcm", 0, [.transcodingException]),
        ("unsupported-ts/jpip-94.dcm", 0, []),
        ("deflated-frame-8.1/SEG_512x512x3_1b_liver_deflate.dcm", 0, [.unsupportedTransferSyntax]),
        (
            "jpeg-retired-53/CT_512x512_12b_CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm", 0,
            [.unsupportedTransferSyntax]
        ),
        ("video/h264-hp41_102_320x240x30.dcm", 0, []),
        ("video/hevc-main51_107_320x240x25.dcm", 0, []),
        ("video/mpeg2-mpml_100_352x288x25.dcm", 0, []),
    ])
    func oddFilesAreTakenAsTheyAre(file: String, frames: Int, warnings: [FrameWarning.Code]) throws {
        let source = try source(file)
        #expect(source.frameCount == frames)
        #expect(source.warnings.map(\.code) == warnings)
    }

    private func source(_ file: String) throws -> FrameSource {
        FrameSource(try PartTenReader.read(MemoryBytes(ManifestEntry(file: file).bytes())))
    }
}
