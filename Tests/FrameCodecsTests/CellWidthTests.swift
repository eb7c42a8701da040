import Testing

@testable import FrameCodecs

struct CellWidthTests {
    @Test(
        arguments: [
            (1, 2, false, [0x80, 0x7F], [0x80, 0, 0x7F, 0]),
            (1, 2, true, [0x80, 0x7F], [0x80, 0xFF, 0x7F, 0]),
            (1, 4, true, [0xFE], [0xFE, 0xFF, 0xFF, 0xFF]),
            (1, 4, false, [0xFE], [0xFE, 0, 0, 0]),
            (2, 4, true, [0x00, 0x80], [0x00, 0x80, 0xFF, 0xFF]),
            (2, 4, false, [0x00, 0x80], [0x00, 0x80, 0, 0]),
            (2, 2, true, [1, 2], [1, 2]),
        ] as [(Int, Int, Bool, [UInt8], [UInt8])])
    func cellsWidenBySignOrZeroAndNarrowAgain(
        width: Int, larger: Int, isSigned: Bool, cells: [UInt8], wide: [UInt8]
    ) {
        #expect(CellWidth.widen(cells, from: width, to: larger, isSigned: isSigned) == wide)
        #expect(CellWidth.narrow(wide, from: larger, to: width) == cells)
    }
}
