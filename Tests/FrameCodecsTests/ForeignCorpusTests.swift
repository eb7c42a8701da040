import DICOM
import ForeignCodecs
import TestSupport
import Testing

@testable import FrameCodecs

/// Real frames of the syntaxes that libraries decode, against the pixels that other decoders find in them.
@Suite(.enabled(if: TestCorpus.isPresent))
struct ForeignCorpusTests {
    private static let libraries = ForeignLibraries()
    private static let images = ManifestEntry.withPixels.filter { entry in
        ForeignScheme(transferSyntaxUID: entry.transferSyntaxUID) != nil && !otherwiseHashed.contains(entry.file)
    }

    /// Files whose hash is not that of the samples as coded; the end-to-end tests compare them within a tolerance.
    private static let otherwiseHashed: Set<String> = [
        // A DCT of 12 bits: decoders round differently, by one.
        "jpeg-extended-51/CT_512x512_12b_CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm",
        "jpeg-extended-51/CT_512x512x2_12b_CT0012.fragmented_no_bot_jpeg_baseline.51.dcm",
        "jpeg-extended-51/NM_1024x256_12b_JPGExtended.dcm",
        // Lossy: decoders round differently.
        "jpegxl-112/US_rgb_240x320_lossy_jxl.dcm",
        // Hashed as red, green and blue, which the JPEG stream inside does not hold.
        "jpegxl-recompression-111/US_708x1016x27_8b_will-jxl.dcm",
    ]

    @Test(arguments: images)
    func framesAreThePixelsThatOthersFind(entry: ManifestEntry) throws {
        let source = FrameSource(try PartTenReader.read(MemoryBytes(entry.bytes())), foreign: Self.libraries)
        #expect(source.warnings.isEmpty)
        #expect(source.frameCount > 0)
        #expect(try CorpusPixels.hash(of: source) == entry.pixelHash)
    }

    @Test(arguments: images)
    func whatIsStoredDecodesToThem(entry: ManifestEntry) throws {
        for format in [StoragePlan.LosslessFormat.htj2k, .jpeg2000] {
            let source = FrameSource(
                try PartTenReader.read(MemoryBytes(entry.bytes())), format: format, foreign: Self.libraries)
            let pixel = try #require(source.pixel)
            guard case .transcode(let uid) = source.plan, pixel.frameByteCount <= CorpusPixels.maximumCodedByteCount
            else {
                continue
            }
            #expect(uid == format.transferSyntaxUID)
            let frame = try source.frame(0)
            let native = try source.nativeFrame(0)
            let decoded = try FrameDecoder.decode(
                frame.bytes, storedTransferSyntaxUID: uid, pixel: pixel, foreign: Self.libraries)
            #expect(decoded == native)
            #expect(frame.checksums.last?.crc32 == Checksum.crc32(native))
            #expect(frame.frameSizeInBytes == native.count)
        }
    }
}
