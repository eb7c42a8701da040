import Blobs
import Crypto
import Testing

struct FrameIDCipherTests {
    private let ids = FrameIDCipher(dataKey: testKey)

    @Test(arguments: [(0, 0), (1, 0), (1, 1), (.max, .max), (1 << 63, 99_999)] as [(UInt64, UInt32)])
    func anIDIsReadBack(row: UInt64, number: UInt32) throws {
        let place = try #require(ids.decrypt(ids.encrypt(row: row, number: number)))
        #expect(place == (row, number))
    }

    @Test func anIDIsOneBlockOfAES() {
        // AES-256 of 01020304 05060708 0001869f 00000000 under HKDF-SHA256(00…1f, "isocenter image-frame-id"), by
        // Python's cryptography.
        #expect(ids.encrypt(row: 0x0102_0304_0506_0708, number: 99_999) == 0x14be_fcb8_5ea1_0dd3_36f7_f273_652f_213e)
    }

    @Test func anIDOfAnotherDataStoreIsRefused() {
        let other = FrameIDCipher(dataKey: SymmetricKey(size: .bits256))
        #expect(other.decrypt(ids.encrypt(row: 1, number: 2)) == nil)
    }

    @Test(arguments: 0..<128)
    func anAlteredIDIsRefused(bit: Int) {
        #expect(ids.decrypt(ids.encrypt(row: 7, number: 3) ^ (1 << UInt128(bit))) == nil)
    }
}
