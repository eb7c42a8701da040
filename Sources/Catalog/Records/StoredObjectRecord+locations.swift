package import Blobs

extension StoredObjectRecord {
    /// Every location the object refers to but those of its frames.
    package var locations: [BlobLocation] {
        [header] + bulkValues.map(\.location) + (wholePixelData.map { [$0] } ?? [])
    }

    /// Replaces the locations that `moves` names.
    package mutating func move(_ moves: [BlobLocation: BlobLocation]) {
        header = moves[header] ?? header
        wholePixelData = wholePixelData.map { moves[$0] ?? $0 }
        for index in bulkValues.indices {
            bulkValues[index].location = moves[bulkValues[index].location] ?? bulkValues[index].location
        }
    }
}

extension FrameRecord {
    /// Replaces the location if `moves` names it.
    package mutating func move(_ moves: [BlobLocation: BlobLocation]) {
        location = moves[location] ?? location
    }
}
