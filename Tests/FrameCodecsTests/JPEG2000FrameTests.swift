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

    /// Cells of random numbers within Bits Stored, extended.
    private func cells(_ pixel: PixelDescription) -> [UInt8] {
        var numbers = Numbers(5)
        return (0..<pixel.rows * pixel.columns * pixel.samplesPerPixel).flatMap { _ in
            let number = Int(truncatingIfNeeded: numbers.next() >> 5) & ((1 << pixel.bitsStored) - 1)
            let cell = pixel.isSigned ? number - (1 << (pixel.bitsStored - 1)) : number
            return (0..<pixel.bytesPerSample).map { UInt8(truncatingIfNeeded: cell >> (8 * $0)) }
        }
    }

    @Test(arguments: [
        PixelDescription(rows: 133, columns: 210, bitsAllocated: 8),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 8, bitsStored: 5),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 8, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 12),
        PixelDescription(rows: 133, columns: 270, bitsAllocated: 16),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 7, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 32, bitsStored: 20),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 32, bitsStored: 6, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, samplesPerPixel: 3, bitsAllocated: 8, photometricInterpretation: "RGB"),
        PixelDescription(
            rows: 33, columns: 70, samplesPerPixel: 3, bitsAllocated: 16, photometricInterpretation: "RGB"),
        PixelDescription(
            rows: 33, columns: 70, samplesPerPixel: 3, bitsAllocated: 8, photometricInterpretation: "YBR_FULL"),
        PixelDescription(rows: 33, columns: 70, samplesPerPixel: 4, bitsAllocated: 8),
        PixelDescription(rows: 1, columns: 1, bitsAllocated: 16),
        PixelDescription(rows: 1, columns: 500, bitsAllocated: 8),
    ])
    func whatIsStoredDecodesToWhatCame(pixel: PixelDescription) throws {
        let source = cells(pixel)
        let frame = try transcoder(pixel).encode(source)
        #expect(frame.transferSyntaxUID == Self.lossless)
        #expect(frame.frameSizeInBytes == source.count)
        #expect(
            frame.checksums.last
                == ResolutionChecksum(width: pixel.columns, height: pixel.rows, crc32: Checksum.crc32(source)))
        #expect(
            try FrameDecoder.decode(
                frame.bytes, storedTransferSyntaxUID: Self.lossless, pixel: pixel, foreign: ForeignLibraries())
                == source)
        let scan = SampleScan(source, pixel)
        #expect((frame.minimum, frame.maximum) == (scan.minimum, scan.maximum))
    }

    @Test func resolutionsHaveTheChecksumsOfHighThroughputOnes() throws {
        // Both codings have the same wavelet, so that they have the same lower resolutions.
        let pixel = PixelDescription(
            rows: 201, columns: 403, samplesPerPixel: 3, bitsAllocated: 8, photometricInterpretation: "RGB")
        let source = cells(pixel)
        let other = try FrameTranscoder(
            pixel: pixel, plan: .transcode(to: "1.2.840.10008.1.2.4.202"), sourceTransferSyntaxUID: Self.native
        ).encode(source)
        let frame = try transcoder(pixel).encode(source)
        #expect(frame.checksums == other.checksums)
        #expect(frame.checksums.map(\.width) == [202, 403])
    }

    @Test func itIsWrittenAsSpecified() throws {
        let pixel = PixelDescription(rows: 300, columns: 400, bitsAllocated: 16, bitsStored: 12)
        let frame = try transcoder(pixel).encode(cells(pixel)).bytes
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
        let frame = try transcoder(pixel).encode(cells(pixel)).bytes
        let file = ImageFrameFile.wrap(frame, transferSyntaxUID: Self.lossless, pixel: pixel)
        #expect(Array(file[16..<24]) == Array("ftypjp2 ".utf8))
        #expect(Array(file[ImageFrameFile.frameRange(in: file)]) == frame)
        // Image header box: 40 lines, 50 columns, one component of 12 bits, signed.
        let header = try #require(file.firstRange(of: Array("ihdr".utf8))).upperBound
        #expect(Array(file[header..<header + 11]) == [0, 0, 0, 40, 0, 0, 0, 50, 0, 1, 0x80 | 11])
    }

    @Test func framesOfItsOwnSyntaxAreKept() throws {
        let pixel = PixelDescription(rows: 140, columns: 140, bitsAllocated: 16, bitsStored: 12)
        let first = try transcoder(pixel).encode(cells(pixel))
        #expect(try transcoder(pixel, from: Self.lossless).encode(first.bytes) == first)
        let file = ImageFrameFile.wrap(first.bytes, transferSyntaxUID: Self.lossless, pixel: pixel)
        #expect(try transcoder(pixel, from: Self.lossless).encode(file) == first)
    }

    @Test func samplesThatTheLibraryCannotHoldAreNotStored() {
        let pixel = PixelDescription(rows: 20, columns: 20, bitsAllocated: 32)
        let error = #expect(throws: FrameError.self) { try transcoder(pixel).encode(cells(pixel)) }
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
