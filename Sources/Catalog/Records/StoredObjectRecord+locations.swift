package import Blobs

extension StoredObjectRecord {
    /// Every location the object refers to but those of its frames.
    package var locations: [BlobLocation] {
        [header] + bulkValues.map(\.location) + (wholePixelData.map { [$0] } ?? [])
    }
}
