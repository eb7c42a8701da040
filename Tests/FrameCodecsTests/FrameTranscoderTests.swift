import DICOM
import ForeignCodecs
import Testing

@testable import FrameCodecs

struct FrameTranscoderTests {
    private static let lossless = "1.2.840.10008.1.2.4.202"

    private func transcoder(_ pixel: PixelDescription, from uid: String = "1.2.840.10008.1.2.1") -> FrameTranscoder {
        FrameTranscoder(pixel: pixel, plan: .transcode(to: Self.lossless), sourceTransferSyntaxUID: uid)
    }

    private static let pixels = [
        PixelDescription(rows: 133, columns: 210, bitsAllocated: 8),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 8, bitsStored: 5),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 8, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 12),
        PixelDescription(rows: 133, columns: 270, bitsAllocated: 16),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 12, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 7),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 16, bitsStored: 7, sampleType: .signed),
        PixelDescription(rows: 33, columns: 70, bitsAllocated: 32, bitsStored: 12),
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
    ]

    @Test(arguments: [StoragePlan.LosslessFormat.htj2k, .jpeg2000], pixels)
    func whatIsStoredDecodesToWhatCame(format: StoragePlan.LosslessFormat, pixel: PixelDescription) throws {
        let (source, uid) = (pixel.randomCells(), format.transferSyntaxUID)
        let frame = try FrameTranscoder(
            pixel: pixel, plan: .transcode(to: uid), sourceTransferSyntaxUID: "1.2.840.10008.1.2.1",
            foreign: ForeignLibraries()
        ).encode(source)
        #expect(frame.transferSyntaxUID == uid)
        #expect(frame.frameSizeInBytes == source.count)
        #expect(
            frame.checksums.last
                == ResolutionChecksum(width: pixel.columns, height: pixel.rows, crc32: Checksum.crc32(source)))
        #expect(
            try FrameDecoder.decode(
                frame.bytes, storedTransferSyntaxUID: uid, pixel: pixel, foreign: ForeignLibraries()) == source)
        let scan = SampleScan(source, pixel)
        #expect((frame.minimum, frame.maximum) == (scan.minimum, scan.maximum))
    }

    @Test func bitsThatNoSampleHasComeBackToo() throws {
        let overlay = PixelDescription(rows: 16, columns: 16, bitsAllocated: 16, bitsStored: 12)
        let high = PixelDescription(rows: 16, columns: 16, bitsAllocated: 16, bitsStored: 12, highBit: 15)
        let unextended = PixelDescription(rows: 16, columns: 16, bitsAllocated: 16, bitsStored: 12, sampleType: .signed)
        let source = PixelDescription(rows: 16, columns: 16, bitsAllocated: 16).randomCells(seed: 3)
        for pixel in [overlay, high, unextended] {
            let frame = try transcoder(pixel).encode(source)
            #expect(
                try FrameDecoder.decode(frame.bytes, storedTransferSyntaxUID: Self.lossless, pixel: pixel) == source)
        }
    }

    @Test func resolutionsOfAHundredPixelsAreListedSmallestFirst() throws {
        let pixel = PixelDescription(rows: 201, columns: 403, bitsAllocated: 8)
        let frame = try transcoder(pixel).encode(pixel.randomCells())
        #expect(frame.checksums.map(\.width) == [202, 403])
        #expect(frame.checksums.map(\.height) == [101, 201])
    }

    @Test func aFrameByPlaneIsStoredByPixel() throws {
        var pixel = PixelDescription(
            rows: 8, columns: 9, samplesPerPixel: 3, bitsAllocated: 8, planarConfiguration: 1,
            photometricInterpretation: "RGB")
        let source = pixel.randomCells()
        let frame = try transcoder(pixel).encode(source)
        let byPixel = NativeFrame.interleaved(source, pixel)
        #expect(try FrameDecoder.decode(frame.bytes, storedTransferSyntaxUID: Self.lossless, pixel: pixel) == byPixel)
        pixel.planarConfiguration = 0
        #expect(try transcoder(pixel).encode(byPixel) == frame)
    }

    @Test func ourOwnCodestreamsAreKeptAsTheyAre() throws {
        let pixel = PixelDescription(rows: 40, columns: 40, bitsAllocated: 16, bitsStored: 12)
        let first = try transcoder(pixel).encode(pixel.randomCells())
        #expect(try transcoder(pixel, from: Self.lossless).encode(first.bytes) == first)
    }

    @Test func aCodestreamOfAnotherImageIsRefused() throws {
        let pixel = PixelDescription(rows: 40, columns: 40, bitsAllocated: 16)
        let frame = try transcoder(pixel).encode(pixel.randomCells())
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
        let source = pixel.randomCells()
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

    @Test func keptFramesOfTheStoresOwnSyntaxHaveThatOfTheirFile() throws {
        let pixel = PixelDescription(rows: 40, columns: 40, bitsAllocated: 1)
        let codestream = try transcoder(PixelDescription(rows: 40, columns: 40, bitsAllocated: 8))
            .encode([UInt8](repeating: 1, count: 1_600)).bytes
        let frame = try FrameTranscoder(
            pixel: pixel, plan: .keepFrames(Self.lossless), sourceTransferSyntaxUID: Self.lossless
        ).encode(codestream)
        let file = ImageFrameFile.wrap(codestream, transferSyntaxUID: Self.lossless, pixel: pixel)
        #expect(frame.bytes == codestream && file != codestream)
        #expect(frame.checksums == [ResolutionChecksum(width: 40, height: 40, crc32: Checksum.crc32(file))])
        #expect(frame.frameSizeInBytes == file.count)
    }

    @Test func manyTasksShareATranscoder() async throws {
        let pixel = PixelDescription(rows: 50, columns: 60, bitsAllocated: 16, bitsStored: 12)
        let transcoder = transcoder(pixel)
        let sources = (0..<8).map { pixel.randomCells(seed: UInt64($0)) }
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
