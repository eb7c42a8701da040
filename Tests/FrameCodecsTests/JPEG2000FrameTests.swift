import DICOM
import ForeignCodecs
import HTJ2K
import Testing

@testable import FrameCodecs

/// Frames as a JPEG_2000_LOSSLESS data store keeps them.
struct JPEG2000FrameTests {
    private static let lossless = "1.2.840.10008.1.2.4.90"
    private static let native = "1.2.840.10008.1.2.1"

    private func transcoder(_ pixel: PixelDescription, from uid: String = native) -> FrameTranscoder {
        FrameTranscoder(
            pixel: pixel, plan: .transcode(to: Self.lossless), sourceTransferSyntaxUID: uid,
            foreign: ForeignLibraries())
    }

    @Test func resolutionsHaveTheChecksumsOfHighThroughputOnes() throws {
        // Both codings have the same wavelet, so that they have the same lower resolutions.
        let pixel = PixelDescription(
            rows: 201, columns: 403, samplesPerPixel: 3, bitsAllocated: 8, photometricInterpretation: "RGB")
        let source = pixel.randomCells()
        let other = try FrameTranscoder(
            pixel: pixel, plan: .transcode(to: "1.2.840.10008.1.2.4.202"), sourceTransferSyntaxUID: Self.native
        ).encode(source)
        let frame = try transcoder(pixel).encode(source)
        #expect(frame.checksums == other.checksums)
        #expect(frame.checksums.map(\.width) == [202, 403])
    }

    @Test func itIsWrittenAsSpecified() throws {
        let pixel = PixelDescription(rows: 300, columns: 400, bitsAllocated: 16, bitsStored: 12)
        let frame = try transcoder(pixel).encode(pixel.randomCells()).bytes
        #expect(frame.starts(with: [0xFF, 0x4F, 0xFF, 0x51]))
        // COD: progression RPCL (2), three decompositions, blocks of 64 × 64, reversible 5/3 (1).
        let coding = try #require(marker(0x52, in: frame))
        #expect(frame[coding + 5] == 2)
        #expect(frame[coding + 9] == 3)
        #expect(Array(frame[coding + 10...coding + 13]) == [4, 4, 0, 1])
        #expect(marker(0x55, in: frame) != nil, "no TLM")
        // A tile-part for every resolution.
        #expect(frame.indices.dropLast().filter { frame[$0] == 0xFF && frame[$0 + 1] == 0x90 }.count >= 4)
    }

    @Test func theFileIsAJP2() throws {
        let pixel = PixelDescription(rows: 40, columns: 50, bitsAllocated: 16, bitsStored: 12, sampleType: .signed)
        let frame = try transcoder(pixel).encode(pixel.randomCells()).bytes
        let file = ImageFrameFile.wrap(frame, transferSyntaxUID: Self.lossless, pixel: pixel)
        #expect(Array(file[16..<24]) == Array("ftypjp2 ".utf8))
        #expect(Array(file[ImageFrameFile.frameRange(in: file)]) == frame)
        // Image header box: 40 lines, 50 columns, one component of 12 bits, signed.
        let header = try #require(file.firstRange(of: Array("ihdr".utf8))).upperBound
        #expect(Array(file[header..<header + 11]) == [0, 0, 0, 40, 0, 0, 0, 50, 0, 1, 0x80 | 11])
    }

    @Test func framesOfItsOwnSyntaxAreKept() throws {
        let pixel = PixelDescription(rows: 140, columns: 140, bitsAllocated: 16, bitsStored: 12)
        let first = try transcoder(pixel).encode(pixel.randomCells())
        #expect(try transcoder(pixel, from: Self.lossless).encode(first.bytes) == first)
        let file = ImageFrameFile.wrap(first.bytes, transferSyntaxUID: Self.lossless, pixel: pixel)
        #expect(try transcoder(pixel, from: Self.lossless).encode(file) == first)
    }

    @Test func samplesThatTheLibraryCannotHoldAreNotStored() {
        let pixel = PixelDescription(rows: 20, columns: 20, bitsAllocated: 32)
        let error = #expect(throws: FrameError.self) { try transcoder(pixel).encode(pixel.randomCells()) }
        #expect(error?.code == .unsupportedEncoding)
    }

    @Test func withoutTheLibrariesThereIsNoSuchStore() {
        let pixel = PixelDescription(rows: 2, columns: 2, bitsAllocated: 8)
        #expect(throws: FrameError.self) {
            try FrameTranscoder(
                pixel: pixel, plan: .transcode(to: Self.lossless), sourceTransferSyntaxUID: Self.native
            ).encode([1, 2, 3, 4])
        }
    }

    /// Where a marker of the main header stands.
    private func marker(_ code: UInt8, in codestream: [UInt8]) -> Int? {
        var place = 2
        while place + 4 <= codestream.count, codestream[place] == 0xFF, codestream[place + 1] != 0x90 {
            if codestream[place + 1] == code { return place }
            place += 2 + Int(codestream[place + 2]) << 8 + Int(codestream[place + 3])
        }
        return nil
    }
}
