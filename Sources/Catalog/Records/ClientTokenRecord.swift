public import ImageSets

/// What a client token was used for.
public struct ClientTokenRecord: Sendable, Hashable {
    /// A digest of the request's parameters.
    public var requestDigest: String
    /// The id that the first request was answered with.
    public var resourceID: String
    /// When the token was first used.
    public var createdAt: Timestamp

    /// Gathers the parts.
    public init(requestDigest: String, resourceID: String, createdAt: Timestamp) {
        self.requestDigest = requestDigest
        self.resourceID = resourceID
        self.createdAt = createdAt
    }
}
