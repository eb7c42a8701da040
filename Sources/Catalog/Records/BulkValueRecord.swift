public import Blobs

/// A value over 1 MB kept apart from its header, addressed in URLs by its hash.
public struct BulkValueRecord: Sendable, Hashable {
    /// The first 128 bits of the SHA-256 of (object header salt, path), as 32 lower-case hex digits.
    public var hash: String
    /// Where the value lies.
    public var location: BlobLocation

    /// Gathers the parts.
    public init(hash: String, location: BlobLocation) {
        self.hash = hash
        self.location = location
    }
}
