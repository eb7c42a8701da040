public import ImageSets
import Synchronization

/// A service catalog in memory, for tests.
public final class InMemoryServiceCatalog: ServiceCatalog {
    private struct State {
        struct Token {
            var requestDigest: String
            var datastore: DatastoreID
        }

        var datastores: [DatastoreID: DatastoreRecord] = [:]
        var tokens: [String: Token] = [:]
        var accessKeys: [String: AccessKeyRecord] = [:]
        var roles: [String: RoleRecord] = [:]
        var tags: [String: [String: String]] = [:]
        var events = InMemoryEventQueues()

        func datastore(forToken token: String, requestDigest: String) throws -> DatastoreRecord? {
            guard let known = tokens[token] else { return nil }
            guard known.requestDigest == requestDigest else {
                throw CatalogError(.conflict, "the client token was used with other parameters")
            }
            return datastores[known.datastore]
        }
    }

    private let state = Mutex(State())

    /// Makes an empty catalog.
    public init() {}

    /// The data store of this id, a deleted one included.
    public func datastore(_ id: DatastoreID) async -> DatastoreRecord? {
        state.withLock { $0.datastores[id] }
    }

    /// All of them, oldest first (ties by id), deleted ones included.
    public func datastores() async -> [DatastoreRecord] {
        state.withLock { $0.datastores.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) } }
    }

    /// The data store that a client token was used for.
    public func datastore(forToken token: String, requestDigest: String) async throws -> DatastoreRecord? {
        try state.withLock { try $0.datastore(forToken: token, requestDigest: requestDigest) }
    }

    /// Inserts a data store, with the client token that asked for it, when the token is new.
    public func create(
        _ datastore: DatastoreRecord, token: String?, requestDigest: String, announcedBy event: EventRecord?
    ) async throws -> DatastoreRecord {
        try state.withLock { state in
            if let token, let known = try state.datastore(forToken: token, requestDigest: requestDigest) {
                return known
            }
            guard state.datastores[datastore.id] == nil else {
                throw CatalogError(.conflict, "the data store exists")
            }
            state.datastores[datastore.id] = datastore
            if let token { state.tokens[token] = .init(requestDigest: requestDigest, datastore: datastore.id) }
            if let event { state.events.insert(event) }
            return datastore
        }
    }

    /// Replaces the record of the same id.
    public func update(_ datastore: DatastoreRecord, announcedBy event: EventRecord?) async throws {
        try state.withLock { state in
            guard state.datastores[datastore.id] != nil else {
                throw CatalogError(.missing, "there is no such data store")
            }
            state.datastores[datastore.id] = datastore
            if let event { state.events.insert(event) }
        }
    }

    /// The access key of this id.
    public func accessKey(_ id: String) async -> AccessKeyRecord? {
        state.withLock { $0.accessKeys[id] }
    }

    /// All access keys, oldest first (ties by id).
    public func accessKeys() async -> [AccessKeyRecord] {
        state.withLock { state in
            state.accessKeys.values.sorted { left, right in
                left.createdAt != right.createdAt ? left.createdAt < right.createdAt : left.id.precedes(right.id)
            }
        }
    }

    /// Adds an access key.
    public func insert(_ key: AccessKeyRecord) async throws {
        try state.withLock { state in
            guard state.accessKeys[key.id] == nil else { throw CatalogError(.conflict, "the access key exists") }
            state.accessKeys[key.id] = key
        }
    }

    /// Removes an access key, if there is one.
    public func deleteAccessKey(_ id: String) async {
        state.withLock { $0.accessKeys[id] = nil }
    }

    /// The role of this name.
    public func role(_ name: String) async -> RoleRecord? {
        state.withLock { $0.roles[name] }
    }

    /// All roles, in byte order of name.
    public func roles() async -> [RoleRecord] {
        state.withLock { $0.roles.values.sorted { $0.name.precedes($1.name) } }
    }

    /// Adds a role.
    public func insert(_ role: RoleRecord) async throws {
        try state.withLock { state in
            guard state.roles[role.name] == nil else { throw CatalogError(.conflict, "the role exists") }
            state.roles[role.name] = role
        }
    }

    /// Sets or removes an inline policy of a role.
    public func setPolicy(_ document: String?, named name: String, ofRole role: String) async throws {
        try state.withLock { state in
            guard state.roles[role] != nil else { throw CatalogError(.missing, "there is no such role") }
            state.roles[role]?.policies[name] = document
        }
    }

    /// Removes a role.
    public func deleteRole(_ name: String) async throws {
        try state.withLock { state in
            guard state.roles.removeValue(forKey: name) != nil else {
                throw CatalogError(.missing, "there is no such role")
            }
        }
    }

    /// The tags of a resource (an ARN).
    public func tags(of resource: String) async -> [String: String] {
        state.withLock { $0.tags[resource] ?? [:] }
    }

    /// Replaces all tags of a resource (an ARN).
    public func setTags(_ tags: [String: String], of resource: String) async {
        state.withLock { $0.tags[resource] = tags.isEmpty ? nil : tags }
    }

    // MARK: Events

    /// The sinks that events are kept for.
    public func eventSinks() async -> Set<String> {
        state.withLock { $0.events.sinks }
    }

    /// Replaces the sinks that events are kept for.
    public func setEventSinks(_ names: Set<String>) async -> Int {
        state.withLock { $0.events.setSinks(names) }
    }

    /// The events that wait for a sink.
    public func events(for sink: String, limit: Int) async -> [QueuedEvent] {
        state.withLock { $0.events.events(for: sink, limit: limit) }
    }

    /// Lets events wait for one sink.
    public func insert(_ events: [EventRecord], for sink: String) async {
        state.withLock { state in
            for event in events { state.events.insert(event, for: sink) }
        }
    }

    /// Removes events that their sink has taken.
    public func removeEvents(_ numbers: Set<EventNumber>) async {
        state.withLock { $0.events.remove(numbers) }
    }

    /// Does nothing.
    public func close() async {}
}
