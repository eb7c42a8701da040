import Catalog
import DICOM
import ImageSets

/// Copies instances of an image set inside one transaction. Rows are written for instances, nothing for their bytes.
struct CopyStep {
    let source: ImageSetVersion
    let selection: CopySelection
    let isForced: Bool
    let counts: DocumentCounts
    let instant: Timestamp
    let transaction: any CatalogWriting

    // MARK: To a new image set

    /// Makes a non-primary image set of the instances.
    func make(_ id: ImageSetID) throws -> ImageSetVersion {
        let made = try insert(
            id, levels: source.version.levels, attributes: source.imageSet.attributes,
            documentBytes: source.version.documentBytes)
        try copyInstances(to: id, from: 1)
        return made
    }

    private func insert(
        _ id: ImageSetID, levels: LevelReferences, attributes: ImageSetAttributes, documentBytes: Int?
    ) throws -> ImageSetVersion {
        let imageSet = ImageSetRecord(
            id: id, state: .active, isPrimary: false, latestVersion: 1, createdAt: instant, updatedAt: instant,
            lastAccessedAt: instant, storageTier: .frequentAccess, attributes: attributes)
        var version = VersionRecord(
            imageSet: id, number: 1, status: .copied, isPrimary: false, createdAt: instant, updatedAt: nil,
            message: nil, wasForced: isForced ? true : nil, levels: levels)
        version.documentBytes = documentBytes
        try transaction.insert(imageSet)
        try transaction.insert(version)
        return ImageSetVersion(imageSet: imageSet, version: version)
    }

    private func copyInstances(to id: ImageSetID, from first: Int) throws {
        _ = try transaction.copyInstances(
            of: source.imageSet.id, version: source.version.number, only: selection.instances, to: id, from: first,
            at: instant)
    }

    // MARK: To another image set

    /// Adds the instances to an image set; where they do not go together, it gets a version that says why.
    func add(to standing: ImageSetVersion) throws -> ImageSetVersion {
        let step = VersionStep(standing: standing, isForced: isForced, instant: instant, transaction: transaction)
        let levels = try transaction.levels(standing.version.levels)
        let sourceLevels = try transaction.levels(source.version.levels)
        var followed = sourceLevels.editedTags.subtracting(levels.editedTags)
        for level in AttributeLevel.shared {
            let differences = sourceLevels.differences(from: levels, at: level)
            guard isForced || differences.isEmpty else {
                return try step.fail(
                    .copyFailed,
                    "INVALID_REQUEST: \(level.title) of SourceImageSet and DestinationImageSet don't match.")
            }
            followed.formUnion(differences)
        }
        guard try counts.admits(standing, adding: selection.instances, of: source, in: transaction) else {
            return try step.fail(.copyFailed, "INVALID_REQUEST: The metadata would exceed \(counts.limit) bytes.")
        }
        do {
            try copyInstances(to: standing.imageSet.id, from: step.number)
        } catch let error as CatalogError where error.code == .conflict {
            return try step.fail(.copyFailed, try conflictMessage(standing))
        }
        try follow(followed, in: standing.imageSet.id, version: step.number)
        let known = [standing, source].compactMap { counts.carried(from: $0) }
        return try step.make(
            .copied, levels: levels, references: standing.version.levels,
            documentBytes: known.count == 2 ? known[0] + known[1] : nil)
    }

    private func conflictMessage(_ standing: ImageSetVersion) throws -> String {
        let uids = try copiedUIDs()
        let isRepeated = try uids.contains { uid in
            try transaction.instance(uid, of: standing.imageSet.id, version: standing.version.number) != nil
        }
        return isRepeated
            ? "INVALID_REQUEST: SOP Instances of SourceImageSet and DestinationImageSet are not unique."
            : "INVALID_REQUEST: SOP Instances of SourceImageSet are primary in another ImageSet."
    }

    private func copiedUIDs() throws -> Set<String> {
        if let instances = selection.instances { return instances }
        let all = try transaction.instances(of: source.imageSet.id, version: source.version.number)
        return Set(all.map(\.attributes.sopInstanceUID))
    }

    /// Lets the copied instances take attributes from the levels of the set that they are in now: those that had been
    /// edited where they come from, and those in which the sets differ.
    private func follow(_ tags: Set<Tag>, in id: ImageSetID, version: Int) throws {
        guard !tags.isEmpty else { return }
        let copied = try copiedUIDs()
        for instance in try transaction.instances(of: id, version: version)
        where copied.contains(instance.attributes.sopInstanceUID) {
            var edits = try instance.instanceEdits()
            edits.follow(tags)
            try transaction.setEdits(edits.bytes(), of: instance.id)
        }
    }

    // MARK: Into the primary hierarchy

    /// Makes a primary image set of the instances; that of their series, where there is one, hands over its own and goes.
    func promote(as id: ImageSetID) throws -> (promoted: ImageSetVersion, replaced: ImageSetRecord?) {
        guard !source.imageSet.isPrimary else {
            throw StoreError(.conflict, "The image set is primary already")
        }
        let key = source.imageSet.attributes.grouping
        let sisters = try transaction.primaryImageSets(ofStudy: key.studyInstanceUID)
        let home = try transaction.primarySeries(key.seriesInstanceUID).flatMap {
            try transaction.imageSet($0.imageSet)
        }
        for imageSet in sisters + [home].compactMap(\.self) { try imageSet.checkUnlocked() }
        do {
            try Promotion.check(
                key, sisters: sisters.map(\.attributes.grouping), home: home?.attributes.grouping)
        } catch {
            throw StoreError(.conflict, error.message)
        }
        do {
            guard let home else { return (try makePrimary(try make(id)), nil) }
            return (try makePrimary(try merge(home, as: id)), home)
        } catch let error as CatalogError where error.code == .conflict {
            throw StoreError(
                .conflict, "Instances of the image set are primary in another image set already", cause: error)
        }
    }

    /// A new image set of the instances of `home` and of the copied ones; `home` goes.
    private func merge(_ home: ImageSetRecord, as id: ImageSetID) throws -> ImageSetVersion {
        guard let latest = try transaction.version(home.latestVersion, of: home.id) else {
            throw StoreError(.internal, "image set \(home.id) lacks its latest version")
        }
        let standing = ImageSetVersion(imageSet: home, version: latest)
        let sourceLevels = try transaction.levels(source.version.levels)
        // What the standing set's levels lack comes from the source's.
        let filled = MetadataDocument.byteCount(of: sourceLevels)
        guard try counts.admits([standing, source], growth: filled, in: transaction) else {
            throw StoreError(.conflict, "The metadata of the promoted image set would exceed \(counts.limit) bytes")
        }
        let (levels, references) = try transaction.fill(latest.levels, from: [sourceLevels])
        let known = [standing, source].compactMap { counts.carried(from: $0) }
        let made = try insert(
            id, levels: references, attributes: ImageSetAttributes(levels),
            documentBytes: known.count == 2 ? known[0] + known[1] : nil)
        _ = try transaction.copyInstances(
            of: home.id, version: latest.number, only: nil, to: id, from: 1, at: instant)
        try copyInstances(to: id, from: 1)
        try follow(sourceLevels.editedTags.subtracting(levels.editedTags), in: id, version: 1)
        try PrimaryHierarchy.remove(home, at: instant, in: transaction)
        try transaction.deleteImageSet(home.id)
        return made
    }

    private func makePrimary(_ made: ImageSetVersion) throws -> ImageSetVersion {
        var primary = made
        primary.imageSet.isPrimary = true
        primary.version.isPrimary = true
        try transaction.update(primary.imageSet)
        try transaction.update(primary.version)
        try PrimaryHierarchy.update(primary.imageSet, at: instant, in: transaction)
        return primary
    }
}
