import Blobs
public import Catalog
public import ImageSets

extension Datastore {
    /// The instance with these UIDs: of the primary hierarchy, or of `imageSet` when given, in its latest version or the
    /// one that is named.
    public func instance(
        study: String, series: String, sop: String, imageSet: ImageSetID? = nil, version: Int? = nil
    ) async throws -> StoredInstance {
        let found = try await catalog.read { transaction -> Found? in
            if let imageSet {
                let owner = try self.imageSet(imageSet, version: version, in: transaction)
                guard let record = try transaction.instance(sop, of: imageSet, version: owner.version.number) else {
                    return nil
                }
                let found = try Found(record, of: owner, in: transaction)
                let grouping = GroupingKey(found.levels)
                return grouping.studyInstanceUID == study && grouping.seriesInstanceUID == series ? found : nil
            }
            guard let owner = try self.primaryImageSet(ofSeries: series, study: study, in: transaction),
                let instance = try transaction.primaryInstance(sop), instance.imageSet == owner.id
            else { return nil }
            return try Found(instance, of: owner, in: transaction)
        }
        guard let found else { throw StoreError(.notFound, "The instance does not exist") }
        noteAccess(to: found.record.imageSet)
        return StoredInstance(found, in: self)
    }

    /// The instances of a series, or of a whole study, in the order of their instance numbers; of `imageSet` alone when
    /// given, in its latest version or the one that is named.
    public func instances(
        study: String, series: String?, imageSet: ImageSetID? = nil, version: Int? = nil
    ) async throws -> [StoredInstance] {
        let found = try await catalog.read { transaction -> [Found] in
            let owners: [ImageSetRecord]
            if let imageSet {
                owners = [try self.imageSet(imageSet, in: transaction).imageSet]
            } else if let series {
                owners = [try self.primaryImageSet(ofSeries: series, study: study, in: transaction)].compactMap(\.self)
            } else {
                owners = try transaction.primaryImageSets(ofStudy: study)
            }
            return try owners.flatMap { owner -> [Found] in
                let shown = try self.imageSet(owner.id, version: version, in: transaction)
                let grouping = GroupingKey(try transaction.levels(shown.version.levels))
                guard grouping.studyInstanceUID == study, series == nil || grouping.seriesInstanceUID == series else {
                    return []
                }
                return try transaction.instances(of: owner.id, version: shown.version.number)
                    .map { try Found($0, of: shown, in: transaction) }
            }
        }
        guard !found.isEmpty else {
            throw StoreError(.notFound, series == nil ? "The study does not exist" : "The series does not exist")
        }
        for imageSet in Set(found.map(\.record.imageSet)) { noteAccess(to: imageSet) }
        return found.map { StoredInstance($0, in: self) }
    }

    /// The stored form of an instance row that a search found.
    public func storedInstance(_ record: InstanceRecord) async throws -> StoredInstance {
        let found = try await catalog.read { transaction in
            try Found(record, of: self.imageSet(record.imageSet, in: transaction).imageSet, in: transaction)
        }
        return StoredInstance(found, in: self)
    }

    /// The instance that speaks for a study or series in searches: the one with the lowest instance number of its most
    /// recently updated primary set.
    public func representative(ofStudy study: String, series: String? = nil) async throws -> StoredInstance? {
        let found = try await catalog.read { transaction -> Found? in
            let owners = try transaction.primaryImageSets(ofStudy: study)
                .filter { series == nil || $0.attributes.grouping.seriesInstanceUID == series }
            guard
                let newest = owners.max(by: { ($0.updatedAt ?? $0.createdAt) < ($1.updatedAt ?? $1.createdAt) }),
                let first = try transaction.instances(of: newest.id, version: newest.latestVersion).first
            else { return nil }
            return try Found(first, of: newest, in: transaction)
        }
        return found.map { StoredInstance($0, in: self) }
    }

    private func primaryImageSet(
        ofSeries series: String, study: String, in transaction: any CatalogReading
    ) throws -> ImageSetRecord? {
        guard let home = try transaction.primarySeries(series), home.studyInstanceUID == study else { return nil }
        return try transaction.imageSet(home.imageSet)
    }

    /// The rows behind one instance, read in one transaction.
    struct Found: Sendable {
        let record: InstanceRecord
        let object: StoredObjectRecord
        let levels: ImageSetLevels
        let edits: InstanceEdits

        init(_ record: InstanceRecord, of imageSet: ImageSetRecord, in transaction: any CatalogReading) throws {
            guard let version = try transaction.version(imageSet.latestVersion, of: imageSet.id) else {
                throw StoreError(.internal, "image set \(imageSet.id) lacks its latest version")
            }
            try self.init(record, of: ImageSetVersion(imageSet: imageSet, version: version), in: transaction)
        }

        init(_ record: InstanceRecord, of owner: ImageSetVersion, in transaction: any CatalogReading) throws {
            self.record = record
            object = try transaction.storedObject(record.object)
            levels = try transaction.levels(owner.version.levels)
            edits = try record.instanceEdits()
        }
    }
}
