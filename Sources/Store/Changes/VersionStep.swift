import Catalog
import ImageSets

/// Makes the next version of an image set, inside the transaction that changes it.
///
/// A change is one transaction: the set is never seen between two versions, and a crash leaves it at the one before.
struct VersionStep {
    /// The image set with its latest version.
    let standing: ImageSetVersion
    let isForced: Bool
    let instant: Timestamp
    let transaction: any CatalogWriting

    var number: Int { standing.imageSet.latestVersion + 1 }

    /// Writes the version; its instances are those that the transaction ended before or began at ``number``.
    @discardableResult
    func make(
        _ status: VersionRecord.WorkflowStatus, levels: ImageSetLevels, references: LevelReferences,
        documentBytes: Int?
    ) throws -> ImageSetVersion {
        var imageSet = standing.imageSet
        imageSet.attributes = ImageSetAttributes(levels)
        var version = nextVersion(status)
        version.levels = references
        version.documentBytes = documentBytes
        return try write(imageSet, version)
    }

    /// Writes a version that tells of a failure and holds what the one before holds.
    @discardableResult
    func fail(_ status: VersionRecord.WorkflowStatus, _ message: String) throws -> ImageSetVersion {
        var version = nextVersion(status)
        version.message = message
        return try write(standing.imageSet, version)
    }

    private func nextVersion(_ status: VersionRecord.WorkflowStatus) -> VersionRecord {
        var version = standing.version
        version.number = number
        version.status = status
        version.updatedAt = instant
        version.message = nil
        version.wasForced = isForced ? true : nil
        return version
    }

    private func write(_ changed: ImageSetRecord, _ version: VersionRecord) throws -> ImageSetVersion {
        var imageSet = changed
        imageSet.latestVersion = version.number
        imageSet.updatedAt = instant
        imageSet.noteAccess(at: instant)
        try transaction.update(imageSet)
        try transaction.insert(version)
        if imageSet.isPrimary { try PrimaryHierarchy.update(imageSet, at: instant, in: transaction) }
        return ImageSetVersion(imageSet: imageSet, version: version)
    }
}

extension ImageSetRecord {
    /// Notes that the set was used now.
    mutating func noteAccess(at instant: Timestamp) {
        lastAccessedAt = instant
        storageTier = .frequentAccess
    }
}
