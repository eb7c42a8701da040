import Crypto
import FoundationEssentials

/// What the keyring seals, as bytes:
/// ```
///  0  1  format version, 1
///  1  8  id of the key-encryption key
///  9 12  nonce, random
/// 21  …  ciphertext
///  …  16  tag
/// ```
/// Authenticated with it: the bytes before the nonce, what it is used for, and the caller's label.
enum SealedEnvelope {
    /// What is sealed: one can never be taken for the other.
    enum Use: String {
        case dataKey = "isocenter data-key"
        case secret = "isocenter secret"
    }

    private static let version: UInt8 = 1
    private static let prefixLength = 9
    private static let nonceAndTagLength = 28

    /// The id of the key that sealed; nil when these are not bytes of this format.
    static func keyID(of sealed: [UInt8]) -> KeyringFile.KeyID? {
        guard sealed.count >= prefixLength + nonceAndTagLength, sealed[0] == version else { return nil }
        return KeyringFile.KeyID(bytes: Array(sealed[1..<prefixLength]))
    }

    static func seal(_ plain: [UInt8], key: KeyringFile.Key, use: Use, label: String) throws -> [UInt8] {
        let prefix = [version] + key.id.bytes
        let box = try AES.GCM.seal(plain, using: key.key, authenticating: authenticated(prefix, use, label))
        guard let combined = box.combined else { preconditionFailure("the nonce has 12 bytes") }
        return prefix + combined
    }

    static func open(_ sealed: [UInt8], keys: KeyringFile.Keys, use: Use, label: String) throws -> [UInt8] {
        guard let id = keyID(of: sealed) else {
            throw KeyringError(.notAuthentic, "these are not bytes that a keyring sealed")
        }
        guard let key = keys.key(id) else {
            throw KeyringError(
                .unknownKey, "sealed with key \(id), which this keyring does not hold; restore the keyring file")
        }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed[prefixLength...])
            let prefix = Array(sealed[..<prefixLength])
            return Array(try AES.GCM.open(box, using: key.key, authenticating: authenticated(prefix, use, label)))
        } catch {
            throw KeyringError(.notAuthentic, "altered, or sealed for another purpose", cause: error)
        }
    }

    /// The use is followed by a zero byte, which it cannot contain.
    private static func authenticated(_ prefix: [UInt8], _ use: Use, _ label: String) -> [UInt8] {
        prefix + Array(use.rawValue.utf8) + [0] + Array(label.utf8)
    }
}
