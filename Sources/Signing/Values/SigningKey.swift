import Crypto

/// The key that signs for one scope, derived from the secret once and good for a day.
///
/// Deriving costs four HMACs, more than the rest of a verification. A server keeps the value by access key and scope
/// and drops it together with the secret.
public struct SigningKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The day, region and service that the key signs for.
    public let scope: CredentialScope

    /// Keyed, and fed nothing yet: each signature starts from a copy, which saves hashing the key pads again.
    private let keyed: HMAC<SHA256>

    /// Derives the key: HMAC over the date, the region, the service and the terminator, each keyed by the one before.
    public init(secret: String, scope: CredentialScope) {
        var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
        for part in [scope.date, scope.region, scope.service, CredentialScope.terminator] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        self.scope = scope
        keyed = HMAC<SHA256>(key: key)
    }

    /// The 32 bytes that sign the given ones.
    func signature(of bytes: [UInt8]) -> [UInt8] {
        var mac = keyed
        mac.update(data: bytes)
        return mac.finalize().withUnsafeBytes { Array($0) }
    }

    /// The scope alone; the key is as good as the secret for its day.
    public var description: String { "SigningKey(\(scope.text))" }

    /// As `description`.
    public var debugDescription: String { description }

    /// As `description`, for `dump` and for failing expectations.
    public var customMirror: Mirror { Mirror(self, children: ["scope": scope]) }
}
