public import ImageSets

/// One access key; the secret is sealed by the keyring.
public struct AccessKeyRecord: Sendable, Equatable {
    /// The access key id.
    public var id: String
    /// The secret, sealed.
    public var sealedSecret: [UInt8]
    /// Who it speaks for, e.g. `arn:aws:iam::123456789012:root`.
    public var principalARN: String
    /// When it was made.
    public var createdAt: Timestamp

    /// Gathers the parts.
    public init(id: String, sealedSecret: [UInt8], principalARN: String, createdAt: Timestamp) {
        self.id = id
        self.sealedSecret = sealedSecret
        self.principalARN = principalARN
        self.createdAt = createdAt
    }
}
