import DICOM
import Testing

@testable import FrameCodecs

/// Native pixel data.
struct FrameLayoutTests {
    private func layout(
        _ byteCount: Int, declared: Int? = nil, _ pixel: PixelDescription
    ) -> Result<FrameLayout, FrameLayout.Failure> {
        let pixelData = native([UInt8](repeating: 0, count: byteCount), declared: declared)
        let bytes = PixelDataBytes(pixelData, of: MemoryBytes([UInt8](repeating: 0, count: byteCount)))
        return Result { () throws(FrameLayout.Failure) in
            try FrameLayout(pixelData, pixel, bytes: bytes, transferSyntaxUID: "1.2.840.10008.1.2.1")
        }
    }

    /// 2 × 3 pixels of 16 bits: 12 bytes a frame.
    private func pixel(frames: Int?) -> PixelDescription {
        PixelDescription(rows: 2, columns: 3, bitsAllocated: 16, numberOfFrames: frames)
    }

    @Test(arguments: [(12, 1), (36, 3), (37, 3), (47, 3)])
    func nativeFramesLieOneBehindTheOther(byteCount: Int, frames: Int) throws {
        let found = try layout(byteCount, pixel(frames: frames)).get()
        #expect(found.frameCount == frames)
        for index in 0..<frames { #expect(found.byteRange(index) == index * 12..<index * 12 + 12) }
    }

    @Test(arguments: [
        // length, declared length, Number of Frames; whole frames.
        (12, 12, 5, FrameWarning.Code.frameNumberMismatch, 1),
        (36, 36, 2, .frameNumberMismatch, 3),
        (30, 36, 3, .framesExtractionFailure, 2),
        (24, 36, 3, .framesExtractionFailure, 2),
        (11, 11, 1, .framesExtractionFailure, 0),
        (30, 30, 3, .framesExtractionFailure, 2),
        (0, 12, 1, .framesExtractionFailure, 0),
    ])
    func pixelDataThatAreNotTheFramesDescribedAreNotTakenApart(
        length: Int, declared: Int, frames: Int, code: FrameWarning.Code, whole: Int
    ) {
        let found = layout(length, declared: declared, pixel(frames: frames))
        guard case .failure(let failure) = found else {
            Issue.record("frames were found")
            return
        }
        #expect(failure.warning.code == code)
        #expect(failure.wholeFrameCount == whole)
    }

    @Test func unknownNumberOfFramesIsCounted() throws {
        #expect(try layout(60, pixel(frames: nil)).get().frameCount == 5)
        #expect(throws: FrameLayout.Failure.self) { try layout(66, pixel(frames: nil)).get() }
        #expect(throws: FrameLayout.Failure.self) { try layout(0, pixel(frames: nil)).get() }
    }

    @Test func onePixelAndAPaddingByteAreOneFrame() throws {
        let pixel = PixelDescription(rows: 1, columns: 1, bitsAllocated: 8)
        #expect(try layout(2, pixel).get().frameCount == 1)
    }

    @Test func millionsOfFramesThatAreNotThereCostNothing() {
        let pixel = PixelDescription(rows: 30_000, columns: 30_000, bitsAllocated: 8, numberOfFrames: Int(Int32.max))
        #expect(throws: FrameLayout.Failure.self) { try layout(100, pixel).get() }
    }

    @Test func framesOfOneBitCellsMeetInsideBytes() throws {
        // Three frames of 3 × 3 cells: 27 bits. Frame 0: all ones; frame 1: zeros; frame 2: 1 0 1 0 1 0 1 0 1.
        let content: [UInt8] = [0b1111_1111, 0b0000_0001, 0b0101_0100, 0b0000_0101]
        let pixelData = native(content)
        let pixel = PixelDescription(rows: 3, columns: 3, bitsAllocated: 1, numberOfFrames: 3)
        let bytes = PixelDataBytes(pixelData, of: MemoryBytes(content))
        let layout = try FrameLayout(pixelData, pixel, bytes: bytes, transferSyntaxUID: "1.2.840.10008.1.2.1")
        let frames = try (0..<3).map { try layout.frame($0, of: bytes) }
        #expect(frames == [[0xFF, 0x01], [0x00, 0x00], [0b0101_0101, 0x01]])
        #expect(PackedBits.join(frames, bitsPerFrame: 9) == content)
    }
}
