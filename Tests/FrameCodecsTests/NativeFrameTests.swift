import Testing

@testable import FrameCodecs

struct NativeFrameTests {
    @Test func colourByPlaneBecomesColourByPixel() {
        let pixel = PixelDescription(
            rows: 1, columns: 2, samplesPerPixel: 3, bitsAllocated: 8, planarConfiguration: 1)
        #expect(NativeFrame.interleaved([1, 2, 3, 4, 5, 6], pixel) == [1, 3, 5, 2, 4, 6])
    }

    @Test func widerCellsMoveAsCells() {
        let pixel = PixelDescription(
            rows: 1, columns: 2, samplesPerPixel: 2, bitsAllocated: 16, planarConfiguration: 1)
        #expect(
            NativeFrame.interleaved([1, 0x10, 2, 0x20, 3, 0x30, 4, 0x40], pixel) == [
                1, 0x10, 3, 0x30, 2, 0x20, 4, 0x40,
            ])
    }

    @Test func colourByPixelStays() {
        let pixel = PixelDescription(rows: 1, columns: 2, samplesPerPixel: 3, bitsAllocated: 8)
        #expect(NativeFrame.interleaved([1, 2, 3, 4, 5, 6], pixel) == [1, 2, 3, 4, 5, 6])
    }

    @Test func aNativeFrameIsCutToItsSizeOrRefused() throws {
        let pixel = PixelDescription(rows: 1, columns: 3, bitsAllocated: 8)
        #expect(try NativeFrame.decode([1, 2, 3, 0], pixel) == [1, 2, 3])
        #expect(throws: FrameError.self) { try NativeFrame.decode([1, 2], pixel) }
    }
}
