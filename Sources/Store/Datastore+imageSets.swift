public import Catalog
public import ImageSets

/// An image set with one of its versions.
public struct ImageSetVersion: Sendable, Equatable {
    /// The image set as it stands now.
    public var imageSet: ImageSetRecord
    /// The version asked for.
    public var version: VersionRecord
}

extension Datastore {
    /// An image set with the named version, the latest by default.
    public func imageSet(_ id: ImageSetID, version: Int? = nil) async throws -> ImageSetVersion {
        var found = try await catalog.read { try self.imageSet(id, version: version, in: $0) }
        found.imageSet = current(found.imageSet)
        return found
    }

    func imageSet(
        _ id: ImageSetID, version: Int? = nil, in transaction: any CatalogReading
    ) throws -> ImageSetVersion {
        guard let imageSet = try transaction.imageSet(id) else {
            throw StoreError(.notFound, "ImageSet does not exist: \(id)")
        }
        guard let version = try transaction.version(version ?? imageSet.latestVersion, of: id) else {
            throw StoreError(.notFound, "The requested version of ImageSet \(id) does not exist")
        }
        return ImageSetVersion(imageSet: imageSet, version: version)
    }

    /// The versions of an image set, newest first, before `before` (exclusive) when given.
    public func versions(of id: ImageSetID, before: Int?, limit: Int) async throws -> [ImageSetVersion] {
        try await catalog.read { transaction in
            let imageSet = try self.imageSet(id, in: transaction).imageSet
            return try transaction.versions(of: id, before: before, limit: limit)
                .map { ImageSetVersion(imageSet: imageSet, version: $0) }
        }
    }

    /// How many instances a version has.
    public func instanceCount(of id: ImageSetID, version: Int) async throws -> Int {
        try await catalog.read { try $0.instanceCount(of: id, version: version) }
    }

    /// A page of image sets.
    public func searchImageSets(_ query: ImageSetQuery) async throws -> [ImageSetHit] {
        try await catalog.read { try $0.searchImageSets(query) }.map { hit in
            var hit = hit
            hit.imageSet = current(hit.imageSet)
            return hit
        }
    }

    /// Deletes an image set with all its versions, in one transaction; bytes that nothing else uses are freed.
    ///
    /// The answer shows the set as the service does while it works: LOCKED and DELETING.
    public func deleteImageSet(_ id: ImageSetID) async throws -> ImageSetVersion {
        try await changes.run(.delete) { try await delete(id) }
    }

    private func delete(_ id: ImageSetID) async throws -> ImageSetVersion {
        let now = environment.now()
        let (answer, emptied) = try await announcing { transaction in
            let standing = try self.imageSet(id, in: transaction)
            try standing.imageSet.checkUnlocked()
            try PrimaryHierarchy.remove(standing.imageSet, at: now, in: transaction)
            try transaction.setTags([:], of: self.resourceName(of: id))
            try self.announceDeletion(of: standing.imageSet, at: now, in: transaction)
            let before = try transaction.liveByteCounts()
            try transaction.deleteImageSet(id)
            let after = try transaction.liveByteCounts()
            return (standing.shown(as: .deleting), before.keys.filter { after[$0, default: 0] == 0 })
        }
        documents.remove(id)
        frameTables.removeAll(of: id)
        try await free(emptied)
        return answer
    }

    /// The ARN of an image set of this data store.
    func resourceName(of imageSet: ImageSetID) -> String {
        ResourceName(
            region: configuration.region, accountID: configuration.accountID, datastore: id, imageSet: imageSet
        ).description
    }
}
