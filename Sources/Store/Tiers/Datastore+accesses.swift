import Catalog
import ImageSets

// What counts as access (spec/30 "Storage tiers"): GetImageSetMetadata, GetImageFrame and every WADO-RS retrieval, noted
// here where they read; imports, updates and copies, which write it with their version. Searches, lists, GetImageSet,
// tags and deletions do not.

extension Datastore {
    /// Takes note that an image set was read. It shows at once, and is written with others in a moment.
    func noteAccess(to imageSet: ImageSetID) {
        accesses.note(imageSet, at: environment.now())
    }

    /// An image set as it stands with the accesses that are not written yet.
    func current(_ imageSet: ImageSetRecord) -> ImageSetRecord {
        guard let access = accesses.latest(of: imageSet.id) else { return imageSet }
        return imageSet.accessed(at: access)
    }

    /// Writes the accesses noted so far, in one transaction; answers the image sets that they have brought back to
    /// FREQUENT_ACCESS. A crash before loses a moment of accesses and nothing else.
    @discardableResult
    func writeAccesses() async throws -> [ImageSetID] {
        let noted = accesses.accesses
        guard !noted.isEmpty else { return [] }
        let restored = try await catalog.write { transaction in
            var restored: [ImageSetID] = []
            for (id, access) in noted {
                guard let imageSet = try transaction.imageSet(id) else { continue }
                if imageSet.storageTier != .frequentAccess { restored.append(id) }
                try transaction.update(imageSet.accessed(at: access))
            }
            return restored
        }
        accesses.forget(noted)
        return restored
    }
}

extension ImageSetRecord {
    /// The image set after an access, which brings it back to FREQUENT_ACCESS at once.
    func accessed(at instant: Timestamp) -> Self {
        var accessed = self
        accessed.lastAccessedAt = max(lastAccessedAt ?? instant, instant)
        accessed.storageTier = .frequentAccess
        return accessed
    }
}
