import Testing

@testable import FrameCodecs

struct ImageFrameFileTests {
    private static let lossless = "1.2.840.10008.1.2.4.202"

    @Test func aCodestreamIsFoundInItsFile() throws {
        let pixel = PixelDescription(rows: 5, columns: 5, bitsAllocated: 8)
        let source = [UInt8](0..<25)
        let frame = try FrameTranscoder(
            pixel: pixel, plan: .transcode(to: Self.lossless), sourceTransferSyntaxUID: "1.2.840.10008.1.2.1"
        ).encode(source)
        let file = ImageFrameFile.wrap(frame.bytes, transferSyntaxUID: Self.lossless, pixel: pixel)
        #expect(file.starts(with: [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]))
        #expect(Array(file[ImageFrameFile.frameRange(in: file)]) == frame.bytes)
        #expect(try FrameDecoder.decode(file, storedTransferSyntaxUID: Self.lossless, pixel: pixel) == source)
    }

    @Test func otherFramesAreTheirOwnFiles() {
        let pixel = PixelDescription(rows: 1, columns: 1, bitsAllocated: 8)
        #expect(ImageFrameFile.wrap(jpeg(1), transferSyntaxUID: "1.2.840.10008.1.2.4.50", pixel: pixel) == jpeg(1))
        #expect(ImageFrameFile.frameRange(in: jpeg(1)) == 0..<8)
    }

    @Test(
        arguments: [
            [], [0, 0, 0], [0, 0, 0, 4, 1, 2, 3, 4], [0, 0, 0, 1, 1, 2, 3, 4], [0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4],
        ] as [[UInt8]])
    func boxesThatLieAreNoBoxes(box: [UInt8]) {
        let file = [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A] + box
        #expect(ImageFrameFile.frameRange(in: file) == file.indices)
    }
}
