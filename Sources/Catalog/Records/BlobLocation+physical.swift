package import Blobs

extension BlobLocation {
    /// The bytes that the blob takes in its pack; none for a length that no blob can have.
    package var physicalByteCount: UInt64 {
        PackLayout.sealedLength(of: length) ?? 0
    }
}
