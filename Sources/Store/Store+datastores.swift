import Blobs
public import Catalog
import Crypto
import Events
public import ImageSets
import Synchronization

/// What a new data store shall be.
public struct DatastoreCreation: Sendable {
    /// Its name; one is made up when it is nil.
    public var name: String?
    /// What makes a repeated call the same data store.
    public var clientToken: String?
    /// The tags it begins with.
    public var tags: [String: String] = [:]
    /// The key-encryption key; nil for the service's own.
    public var kmsKeyARN: String?
    /// Who judges bearer tokens; nil when none are taken.
    public var lambdaAuthorizerARN: String?
    /// How lossless frames are stored, for ever.
    public var format: DatastoreRecord.StorageFormat = .htj2k

    /// A data store of the defaults.
    public init() {}

    /// Equal for equal parameters: what a repeated client token is compared by.
    var digest: String {
        let parts =
            [name ?? "", kmsKeyARN ?? "", lambdaAuthorizerARN ?? "", format.rawValue]
            + tags.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        return RequestDigest.of(parts)
    }
}

extension Store {
    /// Makes a data store. The answer says CREATING, as the service's does; the next reading finds it ACTIVE.
    ///
    /// The same client token with the same parameters answers the data store of the first call, with other parameters
    /// it is `conflict`. Over the quota of active data stores: `quotaExceeded`.
    public func createDatastore(_ creation: DatastoreCreation) async throws -> DatastoreRecord {
        guard creation.format == .htj2k || foreignCodec != nil else {
            throw StoreError(.invalid, "losslessStorageFormat JPEG_2000_LOSSLESS needs the foreign codecs")
        }
        guard creation.kmsKeyARN == nil else {
            throw StoreError(.invalid, "kmsKeyArn is not supported by this version of Isocenter")
        }
        return try await datastoreCreations.run { [self] in
            if let standing = try await standing(for: creation) { return standing }
            let active = try await services.datastores().count { $0.status == .active || $0.status == .creating }
            guard active < configuration.quotas.datastores else {
                throw StoreError(.quotaExceeded, "The account has reached its \(active) data stores")
            }
            let id = DatastoreID(environment.random128())
            let dataKey = try engines.keyring.makeDataKey(context: id.description)
            var made = DatastoreRecord(
                id: id, name: creation.name ?? "datastore-\(id)", status: .creating, format: creation.format,
                createdAt: environment.now(), wrappedDataKey: dataKey.wrapped)
            made.lambdaAuthorizerARN = creation.lambdaAuthorizerARN
            let record = made
            _ = try await services.create(
                record, token: creation.clientToken, requestDigest: creation.digest, announcedBy: event(of: record))
            if !creation.tags.isEmpty {
                try await services.setTags(creation.tags, of: name(of: id).description)
            }
            try await provision(record)
            return record
        }
    }

    /// The data store that the creation's client token made before.
    private func standing(for creation: DatastoreCreation) async throws -> DatastoreRecord? {
        guard let token = creation.clientToken else { return nil }
        do {
            return try await services.datastore(forToken: token, requestDigest: creation.digest)
        } catch let error as CatalogError where error == CatalogError(.conflict, "") {
            throw StoreError(
                .conflict, "clientToken was used before with other parameters of CreateDatastore", cause: error)
        }
    }

    /// A data store in whatever state; `notFound` when there never was one.
    public func datastore(_ id: DatastoreID) async throws -> DatastoreRecord {
        guard let record = try await services.datastore(id) else {
            throw StoreError(.notFound, "Datastore does not exist: \(id)")
        }
        return record
    }

    /// All data stores, oldest first, deleted ones included.
    public func datastores() async throws -> [DatastoreRecord] {
        try await services.datastores()
    }

    /// Deletes an empty data store and destroys its key. The answer says DELETING.
    public func deleteDatastore(_ id: DatastoreID) async throws -> DatastoreRecord {
        let datastore = try await open(id)
        return try await datastoreCreations.run { [self] in
            var record = try await self.datastore(id)
            guard record.status == .active else {
                throw StoreError(.conflict, "Datastore \(id) is in state \(record.status.rawValue)")
            }
            record.status = .deleting
            record.updatedAt = environment.now()
            do {
                try await datastore.closeToChanges()
                try await services.update(record, announcedBy: event(of: record))
            } catch {
                datastore.isClosedToChanges.store(false, ordering: .releasing)
                throw error
            }
            try await unprovision(record)
            return record
        }
    }

    /// The step from CREATING to ACTIVE; repeated after a crash.
    func provision(_ record: DatastoreRecord) async throws {
        let datastore = try await makeDatastore(record)
        let sinks = try await services.eventSinks()
        _ = try await datastore.catalog.write { try $0.setEventSinks(sinks) }
        try await datastore.close()
        var active = record
        active.status = .active
        active.updatedAt = environment.now()
        try await services.update(active, announcedBy: event(of: active))
        eventBell.ring()
    }

    /// The step from DELETING to DELETED; repeated after a crash. The key goes first: without it the bytes are noise.
    func unprovision(_ record: DatastoreRecord) async throws {
        var deleted = record
        deleted.wrappedDataKey = []
        try await services.update(deleted)
        try await forget(record.id)
        try await rescueEvents(of: record.id)
        try await engines.destroy(record.id)
        try await services.setTags([:], of: name(of: record.id).description)
        deleted.status = .deleted
        deleted.updatedAt = environment.now()
        try await services.update(deleted, announcedBy: event(of: deleted))
        eventBell.ring()
    }
}

extension Datastore {
    /// Takes no more changes when it is empty, `conflict` when it is not. The transaction writes nothing: it comes before or
    /// after each change, so what was acknowledged before is seen, and nothing is acknowledged afterwards.
    ///
    /// The one body with an effect beside its transaction (decision 0001): an effect that may be repeated, and that the
    /// caller takes back when the transaction fails. Processes beside the owner do not see it.
    fileprivate func closeToChanges() async throws {
        try await catalog.write { transaction in
            let isBusy =
                try transaction.imageSetCount() > 0
                || !transaction.importJobs(status: .submitted, submittedAfter: nil, after: nil, limit: 1).isEmpty
                || !transaction.importJobs(status: .inProgress, submittedAfter: nil, after: nil, limit: 1).isEmpty
            guard !isBusy else {
                throw StoreError(.conflict, "Datastore \(id) holds image sets or has import jobs in progress")
            }
            isClosedToChanges.store(true, ordering: .releasing)
        }
    }
}
