import Catalog
import DICOM
import ImageSets

/// Applies a judged change to an image set, and to the primary sets of its study where it says so, in one transaction.
struct MetadataUpdateStep {
    let change: MetadataChange
    let update: MetadataUpdate
    /// How much longer the change can make a document.
    let growth: Int
    let counts: DocumentCounts
    let instant: Timestamp
    let transaction: any CatalogWriting

    func apply(to id: ImageSetID, in datastore: Datastore) throws -> ImageSetVersion {
        let standing = try datastore.changeable(id, latestVersion: update.latestVersion, in: transaction)
        let sisters = try sistersToChange(standing.imageSet).map { try datastore.imageSet($0.id, in: transaction) }
        for imageSet in [standing] + sisters {
            guard try growth == 0 || counts.admits([imageSet], growth: growth, in: transaction) else {
                let failed = try step(standing).fail(
                    .updateFailed, "INVALID_REQUEST: The metadata would exceed \(counts.limit) bytes.")
                try datastore.announce(failed, after: .updating, at: instant, in: transaction)
                return failed
            }
        }
        for sister in sisters {
            let made = try apply(change.ofStudy, to: sister)
            try datastore.announce(made, after: .updatingForStudyConsistency, at: instant, in: transaction)
        }
        let made = try apply(change, to: standing)
        try datastore.announce(made, after: .updating, at: instant, in: transaction)
        return made
    }

    /// The other primary sets of the study that a Patient or Study change goes to.
    private func sistersToChange(_ imageSet: ImageSetRecord) throws -> [ImageSetRecord] {
        guard imageSet.isPrimary, change.changesStudy else { return [] }
        let sisters = try transaction.primaryImageSets(ofStudy: imageSet.attributes.grouping.studyInstanceUID)
            .filter { $0.id != imageSet.id }
        guard sisters.isEmpty || update.includesStudy else {
            throw StoreError(
                .invalid,
                "The study has several primary image sets; Patient and Study attributes are updated in all of them "
                    + "with includeStudyImageSets")
        }
        for sister in sisters { try sister.checkUnlocked() }
        return sisters
    }

    private func step(_ standing: ImageSetVersion) -> VersionStep {
        VersionStep(standing: standing, isForced: update.isForced, instant: instant, transaction: transaction)
    }

    private func apply(_ change: MetadataChange, to standing: ImageSetVersion) throws -> ImageSetVersion {
        let step = step(standing)
        var levels = try transaction.levels(standing.version.levels)
        var references = standing.version.levels
        for level in levels.apply(change) {
            let row = try transaction.insertLevel(levels.bytes(of: level))
            switch level {
            case .patient: references.patient = row
            case .study: references.study = row
            case .series: references.series = row
            case .instance: break
            }
        }
        try changeInstances(change, of: standing, from: step.number)
        return try step.make(
            .updated, levels: levels, references: references,
            documentBytes: counts.carried(from: standing).map { $0 + growth })
    }

    private func changeInstances(_ change: MetadataChange, of standing: ImageSetVersion, from next: Int) throws {
        guard !change.instances.isEmpty || !change.removedInstances.isEmpty else { return }
        let id = standing.imageSet.id
        func instance(_ uid: String) throws -> InstanceRecord {
            guard let instance = try transaction.instance(uid, of: id, version: standing.version.number) else {
                throw StoreError(.invalid, "The image set does not have an Instance that the update names")
            }
            return instance
        }
        let removed = try change.removedInstances.sorted().map(instance)
        let count = try transaction.instanceCount(of: id, version: standing.version.number)
        guard removed.count < count else {
            throw StoreError(.invalid, "The last instance cannot be removed; use DeleteImageSet")
        }
        let changed = try change.instances.sorted { $0.key < $1.key }.map { uid, attributes in
            var instance = try instance(uid)
            var edits = try instance.instanceEdits()
            edits.apply(attributes)
            instance.edits = try edits.bytes()
            instance.attributes.apply(attributes)
            (instance.firstVersion, instance.createdAt) = (next, instant)
            return instance
        }
        // All end before any begins, so that instances can exchange their UIDs.
        for instance in removed + changed { try transaction.end(instance.id, before: next) }
        for instance in changed {
            do {
                _ = try transaction.insert(instance)
            } catch let error as CatalogError where error.code == .conflict {
                throw StoreError(.invalid, "SOPInstanceUID must be unique in an image set", cause: error)
            }
        }
    }
}

extension InstanceAttributes {
    /// Follows what searches match and show through an update.
    mutating func apply(_ change: MetadataChange.Attributes) {
        let updated = change.updated
        for tag in change.tags {
            switch tag {
            case .sopInstanceUID: sopInstanceUID = updated.string(tag) ?? sopInstanceUID
            case .sopClassUID: sopClassUID = updated.string(tag)
            case .instanceNumber: instanceNumber = updated.integer(tag)
            case .rows: rows = updated.integer(tag)
            case .columns: columns = updated.integer(tag)
            case .bitsAllocated: bitsAllocated = updated.integer(tag)
            case .numberOfFrames: numberOfFrames = updated.integer(tag)
            default: break
            }
        }
    }
}
