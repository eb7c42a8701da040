import DICOM
import Testing

@testable import FrameCodecs

struct FrameTranscoderTests {
    private static let lossless = "1.2.840.10008.1.2.4.202"

    private func transcoder(
        _ pixel: PixelDescription, from uid: String = "1.2.840.10008.1.2.1", to target: String = lossless
    ) -> FrameTranscoder {
        FrameTranscoder(pixel: pixel, plan: .transcode(to: target), sourceTransferSyntaxUID: uid)
    }

    /// Cells of random numbers within Bits Stored, extended.
    private func cells(_ pixel: PixelDescription, seed: UInt64 = 1) -> [UInt8] {
        var numbers = Numbers(seed)
        return (0..<pixel.rows * pixel.columns * pixel.samplesPerPixel).flatMap { _ in
            let number = Int(truncatingIfNeeded: numbers.next() >> 5) & ((1 << pixel.bitsStored) - 1)
            let cell = pixel.isSigned ? number - (1 << (pixel.bitsStored - 1)) : number
            return (0..<pixel.bytesPerSample).map { UInt8(truncatingIfNeeded: cell >> (8 * $0)) }
        }
    }

    @Test(arguments: [
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 8),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 8, bitsStored: 5),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 8, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 12),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 12, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 7),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 7, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 32, bitsStored: 12),
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
            try FrameDecoder.decode(frame.bytes, storedTransferSyntaxUID: Self.lossless, pixel: pixel) == source)
        let scan = SampleScan(source, pixel)
        #expect((frame.minimum, frame.maximum) == (scan.minimum, scan.maximum))
    }

    @Test func bitsThatNoSampleHasComeBackToo() throws {
        let overlay = PixelDescription(rows: 16, columns: 16, bitsAllocated: 16, bitsStored: 12)
        let high = PixelDescription(rows: 16, columns: 16, bitsAllocated: 16, bitsStored: 12, highBit: 15)
        let unextended = PixelDescription(rows: 16, columns: 16, bitsAllocated: 16, bitsStored: 12, sampleType: .signed)
        let source = cells(PixelDescription(rows: 16, columns: 16, bitsAllocated: 16), seed: 3)
        for pixel in [overlay, high, unextended] {
            let frame = try transcoder(pixel).encode(source)
            #expect(
                try FrameDecoder.decode(frame.bytes, storedTransferSyntaxUID: Self.lossless, pixel: pixel) == source)
        }
    }

    @Test func resolutionsOfAHundredPixelsAreListedSmallestFirst() throws {
        let pixel = PixelDescription(rows: 201, columns: 403, bitsAllocated: 8)
        let frame = try transcoder(pixel).encode(cells(pixel))
        #expect(frame.checksums.map(\.width) == [202, 403])
        #expect(frame.checksums.map(\.height) == [101, 201])
    }

    @Test func aFrameByPlaneIsStoredByPixel() throws {
        var pixel = PixelDescription(
            rows: 8, columns: 9, samplesPerPixel: 3, bitsAllocated: 8, planarConfiguration: 1,
            photometricInterpretation: "RGB")
        let source = cells(pixel)
        let frame = try transcoder(pixel).encode(source)
        let byPixel = NativeFrame.interleaved(source, pixel)
        #expect(try FrameDecoder.decode(frame.bytes, storedTransferSyntaxUID: Self.lossless, pixel: pixel) == byPixel)
        pixel.planarConfiguration = 0
        #expect(try transcoder(pixel).encode(byPixel) == frame)
    }

    @Test func ourOwnCodestreamsAreKeptAsTheyAre() throws {
        let pixel = PixelDescription(rows: 40, columns: 40, bitsAllocated: 16, bitsStored: 12)
        let first = try transcoder(pixel).encode(cells(pixel))
        #expect(try transcoder(pixel, from: Self.lossless).encode(first.bytes) == first)
    }

    @Test func aCodestreamOfAnotherImageIsRefused() throws {
        let pixel = PixelDescription(rows: 40, columns: 40, bitsAllocated: 16)
        let frame = try transcoder(pixel).encode(cells(pixel))
        for other in [
            PixelDescription(rows: 41, columns: 40, bitsAllocated: 16),
            PixelDescription(rows: 40, columns: 39, bitsAllocated: 16),
            PixelDescription(rows: 40, columns: 40, samplesPerPixel: 3, bitsAllocated: 16),
            PixelDescription(rows: 40, columns: 40, bitsAllocated: 8),
            PixelDescription(rows: 40, columns: 40, bitsAllocated: 1),
        ] {
            #expect(throws: FrameError.self) {
                try FrameDecoder.decode(frame.bytes, storedTransferSyntaxUID: Self.lossless, pixel: other)
            }
        }
    }

    @Test func whatDoesNotDecodeToItsSourceIsNotStored() throws {
        let pixel = PixelDescription(rows: 20, columns: 20, bitsAllocated: 16, bitsStored: 12)
        let transcoder = transcoder(pixel)
        let source = cells(pixel)
        let codestream = try transcoder.encode(source).bytes
        var other = source
        other[17] ^= 1
        for (original, isStored) in [(source, true), (other, false), (Array(source.dropLast()), false)] {
            do throws(FrameError) {
                _ = try transcoder.examine(codestream, (original, SampleScan(source, pixel)))
                #expect(isStored)
            } catch {
                #expect(!isStored)
                #expect(error.code == .verificationFailed)
            }
        }
    }

    @Test func keptFramesHaveOneChecksumOverTheirBytes() throws {
        let pixel = PixelDescription(rows: 4, columns: 6, bitsAllocated: 8)
        let frame = try FrameTranscoder(
            pixel: pixel, plan: .keepFrames("1.2.840.10008.1.2.4.50"), sourceTransferSyntaxUID: "1.2.840.10008.1.2.4.50"
        ).encode(jpeg(1))
        #expect(frame.bytes == jpeg(1))
        #expect(frame.checksums == [ResolutionChecksum(width: 6, height: 4, crc32: Checksum.crc32(jpeg(1)))])
        #expect(frame.minimum == nil && frame.maximum == nil)
        #expect(frame.frameSizeInBytes == 8)
    }

    @Test func thereIsNoJPEG2000EncoderYet() {
        let pixel = PixelDescription(rows: 1, columns: 1, bitsAllocated: 8)
        #expect(throws: FrameError.self) {
            try transcoder(pixel, to: "1.2.840.10008.1.2.4.90").encode([1])
        }
    }

    @Test func manyTasksShareATranscoder() async throws {
        let pixel = PixelDescription(rows: 50, columns: 60, bitsAllocated: 16, bitsStored: 12)
        let transcoder = transcoder(pixel)
        let sources = (0..<8).map { cells(pixel, seed: UInt64($0)) }
        let frames = try await withThrowingTaskGroup(of: (Int, EncodedFrame).self) { group in
            for (index, source) in sources.enumerated() {
                group.addTask { (index, try transcoder.encode(source)) }
            }
            return try await group.reduce(into: [Int: EncodedFrame]()) { $0[$1.0] = $1.1 }
        }
        for (index, source) in sources.enumerated() {
            #expect(try frames[index] == transcoder.encode(source))
        }
    }
}
