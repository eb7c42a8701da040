import Blobs
import Catalog
import Crypto
import Synchronization

/// A secret access key with whom it speaks for.
public struct AccessSecret: Sendable {
    /// The secret access key.
    public var secret: String
    /// Who signs with it.
    public var principalARN: String
}

extension Store {
    /// The secret of an access key; nil when there is no such key.
    public func accessSecret(of accessKeyID: String) async throws -> AccessSecret? {
        if let known = knownAccessSecret(of: accessKeyID) { return known }
        guard let record = try await services.accessKey(accessKeyID) else { return nil }
        let plain = try engines.keyring.open(record.sealedSecret, purpose: "access-key:" + accessKeyID)
        let secret = AccessSecret(secret: String(decoding: plain, as: UTF8.self), principalARN: record.principalARN)
        secrets.withLock { $0[accessKeyID] = secret }
        return secret
    }

    /// The secret of an access key that was asked for before; nil when it is not in memory.
    public func knownAccessSecret(of accessKeyID: String) -> AccessSecret? {
        secrets.withLock { $0[accessKeyID] }
    }

    /// Makes an access key for a principal. The secret is answered once and kept only sealed.
    public func makeAccessKey(for principalARN: String) async throws -> (id: String, secret: String) {
        let letters = Self.characters(of: environment.random128(), from: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
        let id = "AKIA" + String(letters)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let secret = String(
            Self.characters(of: environment.random128(), from: alphabet, 20)
                + Self.characters(of: environment.random128(), from: alphabet, 20))
        try await services.insert(
            AccessKeyRecord(
                id: id, sealedSecret: try engines.keyring.seal(Array(secret.utf8), purpose: "access-key:" + id),
                principalARN: principalARN, createdAt: environment.now()))
        return (id, secret)
    }

    /// The ids of all access keys.
    public func accessKeyIDs() async throws -> [String] {
        try await services.accessKeys().map(\.id)
    }

    /// Spells a random number in an alphabet whose size is a power of two, so that every character is equally likely.
    private static func characters(of number: UInt128, from alphabet: String, _ count: Int) -> [Character] {
        let alphabet = Array(alphabet)
        var number = number
        return (0..<count).map { _ in
            defer { number /= UInt128(alphabet.count) }
            return alphabet[Int(truncatingIfNeeded: number % UInt128(alphabet.count))]
        }
    }
}
