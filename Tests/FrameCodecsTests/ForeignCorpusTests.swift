import Crypto
import DICOM
import ForeignCodecs
import TestSupport
import Testing

@testable import FrameCodecs

/// Real frames of the syntaxes that libraries decode, against the pixels that other decoders find in them.
@Suite(.enabled(if: TestCorpus.isPresent))
struct ForeignCorpusTests {
    #if DEBUG
    /// Larger frames are left to optimised builds, where the codec is many times as fast.
    private static let maximumCodedByteCount = 40_000
    #else
    private static let maximumCodedByteCount = Int.max
    #endif

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
        let pixel = try #require(source.pixel)
        var hash = SHA256()
        for index in 0..<source.frameCount {
            hash.update(data: pixels(of: try source.nativeFrame(index), pixel))
        }
        #expect(hash.finalize().map(hexadecimal).joined() == entry.pixelHash)
    }

    @Test(arguments: images)
    func whatIsStoredDecodesToThem(entry: ManifestEntry) throws {
        for format in [StoragePlan.LosslessFormat.htj2k, .jpeg2000] {
            let source = FrameSource(
                try PartTenReader.read(MemoryBytes(entry.bytes())), format: format, foreign: Self.libraries)
            let pixel = try #require(source.pixel)
            guard case .transcode(let uid) = source.plan, pixel.frameByteCount <= Self.maximumCodedByteCount else {
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

    /// The cells of a frame as pydicom shows them.
    private func pixels(of frame: [UInt8], _ pixel: PixelDescription) -> [UInt8] {
        if pixel.bitsAllocated == 1 {
            return (0..<pixel.rows * pixel.columns).map { frame[$0 / 8] >> UInt8($0 % 8) & 1 }
        }
        guard pixel.bitsAllocated == 16, pixel.bitsStored < 16 else { return frame }
        let rest = Int16(16 - pixel.bitsStored)
        return stride(from: 0, to: frame.count, by: 2).flatMap { place in
            let cell = Int16(truncatingIfNeeded: Int(frame[place]) | Int(frame[place + 1]) << 8) << rest
            let sample = pixel.isSigned ? cell >> rest : Int16(bitPattern: UInt16(bitPattern: cell) >> UInt16(rest))
            return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}
