import Blobs
import Catalog
import DICOM
public import ImageSets
import NIOCore

extension Datastore {
    /// Changes an image set's metadata: one transaction, one version.
    ///
    /// The answer shows the set as the service does while it works: LOCKED and UPDATING, with the new version's number. A
    /// rule that the request breaks is `invalid`, a stale version `notFound`, a locked set `conflict`; what is found too
    /// late for that leaves a version in UPDATE_FAILED.
    public func updateMetadata(of id: ImageSetID, by update: MetadataUpdate) async throws -> ImageSetVersion {
        try await changes.run(.update) {
            let made =
                switch update.change {
                case .attributes(let updatable, let removable):
                    try await updateAttributes(of: id, by: update, updatable: updatable, removable: removable)
                case .revert(let version):
                    try await revert(id, to: version, by: update)
                }
            return made.shown(as: .updating)
        }
    }

    // MARK: Attributes

    private func updateAttributes(
        of id: ImageSetID, by update: MetadataUpdate, updatable: [UInt8]?, removable: [UInt8]?
    ) async throws -> ImageSetVersion {
        let byteCount = (updatable?.count ?? 0) + (removable?.count ?? 0)
        guard byteCount <= configuration.quotas.metadataUpdateBytes else {
            throw StoreError(
                .quotaExceeded, "The update has more than \(configuration.quotas.metadataUpdateBytes) bytes")
        }
        let documents = try refusing {
            try (
                updatable.map { try ChangeDocument($0, member: "updatableAttributes") },
                removable.map { try ChangeDocument($0, member: "removableAttributes") }
            )
        }
        let standing = try await catalog.read { transaction in
            try self.changeable(id, latestVersion: update.latestVersion, in: transaction)
        }
        let untold = documents.0?.instancesWithUntoldVRs ?? []
        let instances = untold.isEmpty ? [:] : try await dataSets(of: untold, in: standing)
        let change = try refusing {
            try MetadataChange(
                updatable: documents.0, removable: documents.1,
                standing: MetadataChange.Standing(
                    isPrimary: standing.imageSet.isPrimary, isForced: update.isForced,
                    seriesInstanceUID: standing.imageSet.attributes.grouping.seriesInstanceUID, instances: instances))
        }
        guard !update.includesStudy || standing.imageSet.isPrimary else {
            throw StoreError(.invalid, "includeStudyImageSets is for primary image sets")
        }
        // JSON grows on its way into the document at most where numbers are written out. What is removed takes nothing, so
        // that a full set can be made smaller.
        let growth = updatable.map { 4 * $0.count + 1_024 } ?? 0
        return try await counting { counts, transaction in
            try MetadataUpdateStep(
                change: change, update: update, growth: growth, counts: counts, instant: self.environment.now(),
                transaction: transaction
            ).apply(to: id, in: self)
        }
    }

    /// Instances of a version as they read now, with the edits of earlier updates.
    private func dataSets(of uids: Set<String>, in standing: ImageSetVersion) async throws -> [String: DataSet] {
        let rows = try await catalog.read { transaction in
            try uids.compactMap { uid in
                try transaction.instance(uid, of: standing.imageSet.id, version: standing.version.number)
                    .map { ($0, try transaction.storedObject($0.object)) }
            }
        }
        var dataSets: [String: DataSet] = [:]
        for (record, object) in rows {
            let bytes = try await read(StoredBlob(object: record.object, part: .header, location: object.header))
            let header = try StoredHeader(bytes: Array(bytes.readableBytesView))
            dataSets[record.attributes.sopInstanceUID] = try record.instanceEdits().applied(to: header).dataSet
        }
        return dataSets
    }

    // MARK: Reverting

    private func revert(
        _ id: ImageSetID, to target: Int, by update: MetadataUpdate
    ) async throws -> ImageSetVersion {
        guard !update.includesStudy else {
            throw StoreError(.invalid, "revertToVersionId and includeStudyImageSets cannot be given together")
        }
        let now = environment.now()
        return try await announcing { transaction in
            let standing = try self.changeable(id, latestVersion: update.latestVersion, in: transaction)
            let older = try self.imageSet(id, version: target, in: transaction).version
            guard older.number != standing.version.number else {
                throw StoreError(.invalid, "The version to revert to is the latest")
            }
            let levels = try transaction.levels(older.levels)
            if standing.imageSet.isPrimary {
                let latest = try transaction.levels(standing.version.levels)
                let changesStudy = levels.patient != latest.patient || levels.study != latest.study
                let sisters = try transaction.primaryImageSets(
                    ofStudy: standing.imageSet.attributes.grouping.studyInstanceUID)
                guard !changesStudy || sisters.count <= 1 else {
                    throw StoreError(
                        .invalid,
                        "The revert changes the Patient or Study level of a study with several primary image sets; "
                            + "update them together with includeStudyImageSets")
                }
            }
            let step = VersionStep(
                standing: standing, isForced: update.isForced, instant: now, transaction: transaction)
            do {
                try transaction.reopenInstances(of: id, asOf: target, from: step.number, at: now)
            } catch let error as CatalogError where error.code == .conflict {
                throw StoreError(
                    .conflict, "An instance of the version to revert to is primary in another image set", cause: error)
            }
            let made = try step.make(
                .updated, levels: levels, references: older.levels, documentBytes: older.documentBytes)
            try self.announce(made, after: .updating, at: now, in: transaction)
            return made
        }
    }

    // MARK: Preconditions

    /// The image set, if it may be changed and the caller knows its latest version.
    func changeable(
        _ id: ImageSetID, latestVersion: Int, in transaction: any CatalogReading
    ) throws -> ImageSetVersion {
        let standing = try imageSet(id, in: transaction)
        try standing.imageSet.checkUnlocked()
        guard standing.imageSet.latestVersion == latestVersion else {
            // A client depends on these words (spec/10).
            throw StoreError(.notFound, "Requested version(s) of ImageSet(s) is not the latest.")
        }
        return standing
    }

    /// Turns a broken rule into the store's error.
    func refusing<Value>(
        as code: StoreError.Code = .invalid, _ body: () throws -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch let refusal as ChangeRefusal {
            throw StoreError(code, refusal.message)
        }
    }
}

extension ImageSetRecord {
    /// Throws `conflict` while a change is under way.
    func checkUnlocked() throws {
        guard state == .active else {
            throw StoreError(.conflict, "ImageSet \(id) is in state \(state.rawValue)")
        }
    }
}

extension ImageSetVersion {
    /// The same as the service shows it while it works.
    func shown(as status: VersionRecord.WorkflowStatus) -> ImageSetVersion {
        var shown = self
        shown.imageSet.state = .locked
        shown.version.status = status
        shown.version.message = nil
        return shown
    }
}

extension InstanceRecord {
    /// What was done to the instance through the API.
    func instanceEdits() throws -> InstanceEdits {
        try edits.map { try InstanceEdits(bytes: $0) } ?? InstanceEdits()
    }
}
