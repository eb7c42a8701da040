import DICOM
import Testing

struct EncapsulatedPixelDataLayoutTests {
    @Test func framesAreWrittenWithABasicOffsetTable() throws {
        let frames: [[UInt8]] = [[1, 2, 3], [4, 5]]
        let layout = try EncapsulatedPixelDataLayout(frameLengths: frames.map(\.count))
        var written = layout.header
        for (index, frame) in frames.enumerated() {
            written += layout.itemHeader(index) + frame + [UInt8](repeating: 0, count: layout.padding(index))
        }
        written += layout.trailer
        let expected: [UInt8] = [
            0xE0, 0x7F, 0x10, 0x00,  // (7FE0,0010)
            0x4F, 0x42, 0x00, 0x00,  // OB, reserved
            0xFF, 0xFF, 0xFF, 0xFF,  // undefined length
            0xFE, 0xFF, 0x00, 0xE0,  // Item: the basic offset table
            0x08, 0x00, 0x00, 0x00,  // 8 bytes
            0x00, 0x00, 0x00, 0x00,  // frame 1 at 0
            0x0C, 0x00, 0x00, 0x00,  // frame 2 at 12
            0xFE, 0xFF, 0x00, 0xE0,  // Item
            0x04, 0x00, 0x00, 0x00,  // 4 bytes
            0x01, 0x02, 0x03, 0x00,  // padded with zero
            0xFE, 0xFF, 0x00, 0xE0,  // Item
            0x02, 0x00, 0x00, 0x00,  // 2 bytes
            0x04, 0x05,
            0xFE, 0xFF, 0xDD, 0xE0,  // Sequence Delimitation Item
            0x00, 0x00, 0x00, 0x00,
        ]
        #expect(written == expected)
        #expect(layout.count == expected.count)
        #expect(layout.extendedOffsetTable == [])
    }

    /// Two frames before the 4 GiB border, one after it.
    @Test func offsetsOver32BitsGoIntoTheExtendedTable() throws {
        let layout = try EncapsulatedPixelDataLayout(frameLengths: [3_000_000_000, 2_000_000_001, 6])
        #expect(layout.header.suffix(8) == [0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0])
        let tables = DataSet(layout.extendedOffsetTable)
        let offsets: [UInt64] = [0, 3_000_000_008, 5_000_000_018]
        #expect(tables[.extendedOffsetTable]?.value.bytes == offsets.flatMap(EncodedBytes.word)[...])
        let lengths: [UInt64] = [3_000_000_000, 2_000_000_002, 6]
        #expect(tables[.extendedOffsetTableLengths]?.value.bytes == lengths.flatMap(EncodedBytes.word)[...])
        #expect(tables.elements.map(\.vr) == [.OV, .OV])
        #expect(layout.count == 20 + 5_000_000_032 + 8)
    }

    @Test func tableCanBeLeftEmpty() throws {
        let layout = try EncapsulatedPixelDataLayout(frameLengths: [10], hasOffsetTable: false)
        #expect(layout.header.count == 20)
        #expect(layout.extendedOffsetTable == [])
    }

    @Test func frameOverFourGigabytesIsRefused() {
        #expect(throws: DICOMError.self) { try EncapsulatedPixelDataLayout(frameLengths: [0xFFFF_FFFF]) }
    }
}
