public import ImageSets

/// The index of the service itself: data stores and access keys. Each data store has a ``Catalog`` of its own.
///
/// Every change is durable (survives power loss) before its method returns; a method that throws has changed nothing.
public protocol ServiceCatalog: Sendable {
    /// The data store of this id, a deleted one included.
    func datastore(_ id: DatastoreID) async throws -> DatastoreRecord?
    /// All of them, oldest first (ties by id), deleted ones included.
    func datastores() async throws -> [DatastoreRecord]
    /// The data store that a client token was used for; nil for a new token. Throws `conflict` when the token was used
    /// with another digest.
    func datastore(forToken token: String, requestDigest: String) async throws -> DatastoreRecord?
    /// Inserts a data store, with the client token that asked for it, when the token is new; answers the record that
    /// stands for the token. Throws `conflict` when the token was used with another digest. A data store that is inserted
    /// is announced by `event` in the same transaction.
    func create(
        _ datastore: DatastoreRecord, token: String?, requestDigest: String, announcedBy event: EventRecord?
    ) async throws -> DatastoreRecord
    /// Replaces the record of the same id, with the event that announces the change; throws `missing` when there is none.
    func update(_ datastore: DatastoreRecord, announcedBy event: EventRecord?) async throws
    /// The access key of this id.
    func accessKey(_ id: String) async throws -> AccessKeyRecord?
    /// All access keys, oldest first (ties by id).
    func accessKeys() async throws -> [AccessKeyRecord]
    /// Adds an access key; a repeated id is `conflict`.
    func insert(_ key: AccessKeyRecord) async throws
    /// Removes an access key, if there is one.
    func deleteAccessKey(_ id: String) async throws
    /// The role of this name.
    func role(_ name: String) async throws -> RoleRecord?
    /// All roles, in byte order of name.
    func roles() async throws -> [RoleRecord]
    /// Adds a role; a repeated name is `conflict`.
    func insert(_ role: RoleRecord) async throws
    /// Sets an inline policy of a role, or with nil removes it, if there is one; throws `missing` when there is no such
    /// role.
    func setPolicy(_ document: String?, named name: String, ofRole role: String) async throws
    /// Removes a role with its policies; throws `missing` when there is none.
    func deleteRole(_ name: String) async throws
    /// The tags of a resource (an ARN).
    func tags(of resource: String) async throws -> [String: String]
    /// Replaces all tags of a resource (an ARN).
    func setTags(_ tags: [String: String], of resource: String) async throws
    /// Closes files; the catalog is not used afterwards.
    func close() async throws

    // MARK: Events, as in ``CatalogReading`` and ``CatalogWriting``

    /// The sinks that events are kept for.
    func eventSinks() async throws -> Set<String>
    /// Replaces the sinks that events are kept for; answers how many events were dropped.
    func setEventSinks(_ names: Set<String>) async throws -> Int
    /// The events that wait for a sink, in the order in which they were written.
    func events(for sink: String, limit: Int) async throws -> [QueuedEvent]
    /// Lets events wait for one sink, if it is there: those of a data store that is deleted.
    func insert(_ events: [EventRecord], for sink: String) async throws
    /// Removes events that their sink has taken.
    func removeEvents(_ numbers: Set<EventNumber>) async throws
}

extension ServiceCatalog {
    /// Inserts a data store that is not announced.
    public func create(
        _ datastore: DatastoreRecord, token: String?, requestDigest: String
    ) async throws -> DatastoreRecord {
        try await create(datastore, token: token, requestDigest: requestDigest, announcedBy: nil)
    }

    /// Replaces a record without a change of state.
    public func update(_ datastore: DatastoreRecord) async throws {
        try await update(datastore, announcedBy: nil)
    }
}
