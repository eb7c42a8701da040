import Testing

@testable import FrameCodecs

struct ChecksumTests {
    @Test(arguments: [
        ("", 0), ("123456789", 0xCBF4_3926), ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
    ])
    func knownValues(text: String, value: UInt32) {
        #expect(Checksum.crc32(Array(text.utf8)) == value)
    }

    @Test func piecesGiveTheValueOfTheWhole() {
        let bytes = Array("123456789".utf8)
        for cut in 0...bytes.count {
            var checksum = CRC32()
            checksum.update(bytes[..<cut])
            checksum.update([])
            checksum.update(bytes[cut...])
            #expect(checksum.value == 0xCBF4_3926)
        }
    }
}
