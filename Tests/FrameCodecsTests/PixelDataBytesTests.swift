import DICOM
import Testing

@testable import FrameCodecs

struct PixelDataBytesTests {
    @Test func fragmentsAreReadAsOneRun() throws {
        let (pixelData, content) = encapsulated([[1, 2], [], [3, 4, 5, 6], [7, 8]])
        let bytes = PixelDataBytes(pixelData, of: content)
        #expect(bytes.count == 8)
        #expect(bytes.pieceLengths == [2, 0, 4, 2])
        for first in 0...8 {
            for end in first...8 {
                let expected = [1, 2, 3, 4, 5, 6, 7, 8][first..<end].map(UInt8.init)
                #expect(try Array(bytes.read(at: first, count: end - first)) == expected)
            }
        }
    }

    @Test(arguments: [(9, 0), (8, 1), (0, 9), (-1, 1), (0, -1), (Int.max, 1), (1, Int.max)])
    func readsOutsideAreRefused(offset: Int, count: Int) {
        let (pixelData, content) = encapsulated([[1, 2, 3, 4], [5, 6, 7, 8]])
        #expect(throws: FrameError.self) { try PixelDataBytes(pixelData, of: content).read(at: offset, count: count) }
    }

    @Test func bigEndianWordsAreTurnedWhereverAReadBegins() throws {
        let content: [UInt8] = [0x12, 0x34, 0x56, 0x78, 0x9A]
        let bytes = PixelDataBytes(native(content), of: MemoryBytes(content), wordSize: 2)
        let turned: [UInt8] = [0x34, 0x12, 0x78, 0x56, 0x9A]
        for first in 0...5 {
            for end in first...5 {
                #expect(try Array(bytes.read(at: first, count: end - first)) == Array(turned[first..<end]))
            }
        }
    }

    @Test(arguments: [
        // Bits Allocated, VR, big endian, transfer syntax; word size.
        (16, VR.OW, true, "1.2.840.10008.1.2.2", 2),
        (16, .OB, true, "1.2.840.10008.1.2.2", 2),
        (8, .OW, true, "1.2.840.10008.1.2.2", 2),
        (8, .OB, true, "1.2.840.10008.1.2.2", 1),
        (1, .OW, true, "1.2.840.10008.1.2.2", 2),
        (1, .OB, true, "1.2.840.10008.1.2.2", 1),
        (32, .OW, true, "1.2.840.10008.1.2.2", 4),
        (64, .OD, true, "1.2.840.10008.1.2.2", 8),
        (16, .OW, false, "1.2.840.10008.1.2", 1),
        // GE's private syntax, which is read as implicit.
        (16, .OW, true, "1.2.840.10008.1.2", 2),
        (8, .OW, true, "1.2.840.10008.1.2", 1),
    ])
    func cellsAreTurnedAsWords(bits: Int, vr: VR, isBigEndian: Bool, uid: String, size: Int) {
        let pixel = PixelDescription(rows: 1, columns: 1, bitsAllocated: bits)
        let pixelData = native([0, 0], isBigEndian: isBigEndian, vr: vr)
        #expect(PixelDataBytes.bigEndianWordSize(pixelData, pixel, transferSyntaxUID: uid) == size)
    }
}
