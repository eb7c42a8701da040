public import Crypto
import CryptoExtras

/// Makes image frame ids, which are encrypted places, and reads them.
///
/// An id is one AES-256 block over (row, frame number, zero) under a key derived from the data store's key: opaque,
/// unguessable, different in every data store, and read without any table. Of ids that were not made here, one in 2³²
/// passes the check; whoever uses the place must still see whether something lies there.
///
/// A single block of a block cipher is the right tool, and no mode is needed: every place is encrypted at most as
/// itself, and equal places shall have equal ids.
public struct FrameIDCipher: Sendable {
    private let key: SymmetricKey

    /// Derives the key for ids from a data store's key.
    public init(dataKey: SymmetricKey) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: dataKey, info: Array("isocenter image-frame-id".utf8), outputByteCount: 32)
    }

    /// The id of the frame `number`, counted from 0, of the frames kept in `row`.
    public func encrypt(row: UInt64, number: UInt32) -> UInt128 {
        permuted(UInt128(row) << 64 | UInt128(number) << 32) { block in try AES.permute(&block, key: key) }
    }

    /// The place that an id stands for; nil when the id was not made with this key.
    public func decrypt(_ id: UInt128) -> (row: UInt64, number: UInt32)? {
        let place = permuted(id) { block in try AES.inversePermute(&block, key: key) }
        guard UInt32(truncatingIfNeeded: place) == 0 else { return nil }
        return (UInt64(truncatingIfNeeded: place >> 64), UInt32(truncatingIfNeeded: place >> 32))
    }

    /// The block is the number's bytes, big endian.
    private func permuted(_ value: UInt128, _ permute: (inout UnsafeMutableRawBufferPointer) throws -> Void) -> UInt128
    {
        var value = value.bigEndian
        withUnsafeMutableBytes(of: &value) { bytes in
            var block = bytes
            do {
                try permute(&block)
            } catch {
                preconditionFailure("AES takes blocks of 16 bytes and keys of 32: \(error)")
            }
        }
        return UInt128(bigEndian: value)
    }
}
