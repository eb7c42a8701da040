package import Blobs

extension BlobLocation {
    /// The bytes that the blob takes in its pack: its plain bytes and 16 for each started MiB, one at least.
    package var physicalByteCount: UInt64 {
        let (segments, rest) = length.quotientAndRemainder(dividingBy: 1 << 20)
        return length + 16 * max(1, segments + (rest > 0 ? 1 : 0))
    }
}
