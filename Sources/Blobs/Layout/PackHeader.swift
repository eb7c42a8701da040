import Crypto

/// The first 96 bytes of a pack (Documentation/pack-format.md):
/// ```
///  0  8  magic "ISOCPACK"
///  8  4  format version, 1
/// 12  4  plain bytes in a segment, 1048576
/// 16  8  pack id
/// 24  8  zero
/// 32 32  salt, random
/// 64 32  HMAC-SHA256 of the bytes before it
/// ```
/// Numbers are little endian.
struct PackHeader {
    /// The pack's number; the file name says the same.
    let pack: PackID
    /// Drawn once for the pack: the pack's keys are derived from it.
    let salt: [UInt8]

    static let length = Int(PackLayout.headerLength)
    static let saltLength = 32
    private static let magic = Array("ISOCPACK".utf8)
    private static let version: UInt32 = 1
    private static let saltRange = 32..<64

    /// The header of a new pack.
    init(pack: PackID, salt: [UInt8]) {
        precondition(salt.count == Self.saltLength, "a salt has 32 bytes")
        self.pack = pack
        self.salt = salt
    }

    /// Reads and authenticates the header of the pack that goes by the number `pack`.
    init(_ bytes: [UInt8], of pack: PackID, storeKey: SymmetricKey) throws(BlobError) {
        func damaged(_ reason: String) -> BlobError {
            BlobError(.corrupted, "the pack's header \(reason)", pack: pack)
        }
        guard bytes.count == Self.length else { throw damaged("is cut short") }
        guard Array(bytes[0..<8]) == Self.magic else { throw damaged("is not one of Isocenter") }
        guard Self.number(bytes[8..<12]) == Self.version else { throw damaged("is of an unknown version") }
        self.init(pack: pack, salt: Array(bytes[Self.saltRange]))
        guard
            HMAC<SHA256>.isValidAuthenticationCode(
                bytes[64..<96], authenticating: bytes[0..<64], using: headerKey(storeKey))
        else { throw damaged("does not match its authentication code: damaged, or of another data store") }
        guard Self.number(bytes[12..<16]) == PackLayout.segmentLength, Self.number(bytes[16..<24]) == pack.rawValue
        else { throw damaged("belongs to another pack") }
    }

    /// The 96 bytes.
    func bytes(storeKey: SymmetricKey) -> [UInt8] {
        var bytes = Self.magic
        for (value, width) in [(UInt64(Self.version), 4), (PackLayout.segmentLength, 4), (pack.rawValue, 8), (0, 8)] {
            bytes += (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
        }
        bytes += salt
        bytes += HMAC<SHA256>.authenticationCode(for: bytes, using: headerKey(storeKey))
        return bytes
    }

    /// Seals the pack's segments.
    func segmentKey(_ storeKey: SymmetricKey) -> SymmetricKey {
        derivedKey(storeKey, "isocenter pack 1 segments")
    }

    private func headerKey(_ storeKey: SymmetricKey) -> SymmetricKey {
        derivedKey(storeKey, "isocenter pack 1 header")
    }

    private func derivedKey(_ storeKey: SymmetricKey, _ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: storeKey, salt: salt, info: Array(purpose.utf8), outputByteCount: 32)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
