public import Catalog
import Foundation
import GRDB
public import ImageSets

/// The service's own catalog in one SQLite file.
public final class SQLiteServiceCatalog: ServiceCatalog {
    private let file: SQLiteFile

    /// Opens the file at `path`, which is created when absent.
    ///
    /// Throws `newerSchema` for a file of a newer Isocenter, `engine` for one that is damaged or something else.
    public init(path: String) throws {
        file = try SQLiteFile(
            path: path, applicationID: ServiceMigrations.applicationID, migrator: ServiceMigrations.migrator)
    }

    // MARK: Data stores

    /// The data store of this id, a deleted one included.
    public func datastore(_ id: DatastoreID) async throws -> DatastoreRecord? {
        try await file.read { try $0.datastore(id) }
    }

    /// All of them, oldest first (ties by id), deleted ones included.
    public func datastores() async throws -> [DatastoreRecord] {
        try await file.read { transaction in
            try transaction.rows("SELECT \(datastoreList) FROM datastore ORDER BY created_at, id") {
                try $0.datastore()
            }
        }
    }

    /// The data store that a client token was used for.
    public func datastore(forToken token: String, requestDigest: String) async throws -> DatastoreRecord? {
        try await file.read { try $0.datastore(forToken: token, requestDigest: requestDigest) }
    }

    /// Inserts a data store, with the client token that asked for it, when the token is new.
    public func create(
        _ datastore: DatastoreRecord, token: String?, requestDigest: String, announcedBy event: EventRecord?
    ) async throws -> DatastoreRecord {
        try await file.write { transaction in
            if let token, let known = try transaction.datastore(forToken: token, requestDigest: requestDigest) {
                return known
            }
            try transaction.execute(
                """
                INSERT INTO datastore (\(datastoreList))
                VALUES (\(datastoreColumns.map { _ in "?" }.joined(separator: ", ")))
                """,
                [datastore.id.blob] + datastore.values)
            if let token {
                try transaction.execute(
                    "INSERT INTO datastore_token (token, request_digest, datastore) VALUES (?, ?, ?)",
                    [token, requestDigest, datastore.id.blob])
            }
            if let event { try transaction.insert(event) }
            return datastore
        }
    }

    /// Replaces the record of the same id.
    public func update(_ datastore: DatastoreRecord, announcedBy event: EventRecord?) async throws {
        try await file.write { transaction in
            let columns = Array(datastoreColumns.dropFirst())
            let changed = try transaction.execute(
                "UPDATE datastore SET \(SQLiteTransaction.assignments(columns)) WHERE id = ?",
                datastore.values + [datastore.id.blob])
            guard changed == 1 else { throw transaction.missing("data store") }
            if let event { try transaction.insert(event) }
        }
    }

    // MARK: Access keys

    /// The access key of this id.
    public func accessKey(_ id: String) async throws -> AccessKeyRecord? {
        try await file.read { transaction in
            try transaction.row("SELECT \(accessKeyList) FROM access_key WHERE id = ?", [id]) { $0.accessKey() }
        }
    }

    /// All access keys, oldest first (ties by id).
    public func accessKeys() async throws -> [AccessKeyRecord] {
        try await file.read { transaction in
            try transaction.rows("SELECT \(accessKeyList) FROM access_key ORDER BY created_at, id") { $0.accessKey() }
        }
    }

    /// Adds an access key.
    public func insert(_ key: AccessKeyRecord) async throws {
        try await file.write { transaction in
            _ = try transaction.execute(
                "INSERT INTO access_key (\(accessKeyList)) VALUES (?, ?, ?, ?)",
                [key.id, Data(key.sealedSecret), key.principalARN, key.createdAt.milliseconds])
        }
    }

    /// Removes an access key, if there is one.
    public func deleteAccessKey(_ id: String) async throws {
        try await file.write { transaction in
            _ = try transaction.execute("DELETE FROM access_key WHERE id = ?", [id])
        }
    }

    // MARK: Roles

    /// The role of this name.
    public func role(_ name: String) async throws -> RoleRecord? {
        try await file.read { try $0.role(name) }
    }

    /// All roles, in byte order of name.
    public func roles() async throws -> [RoleRecord] {
        try await file.read { transaction in
            try transaction.rows("SELECT name FROM role ORDER BY name") { $0.text() }.compactMap {
                try transaction.role($0)
            }
        }
    }

    /// Adds a role.
    public func insert(_ role: RoleRecord) async throws {
        try await file.write { transaction in
            try transaction.execute(
                "INSERT INTO role (name, path, trust_policy, created_at) VALUES (?, ?, ?, ?)",
                [role.name, role.path, role.trustPolicy, role.createdAt.milliseconds])
            for (name, document) in role.policies {
                try transaction.setPolicy(document, named: name, ofRole: role.name)
            }
        }
    }

    /// Sets or removes an inline policy of a role.
    public func setPolicy(_ document: String?, named name: String, ofRole role: String) async throws {
        try await file.write { transaction in
            guard try transaction.role(role) != nil else { throw transaction.missing("role") }
            try transaction.setPolicy(document, named: name, ofRole: role)
        }
    }

    /// Removes a role.
    public func deleteRole(_ name: String) async throws {
        try await file.write { transaction in
            guard try transaction.execute("DELETE FROM role WHERE name = ?", [name]) == 1 else {
                throw transaction.missing("role")
            }
        }
    }

    // MARK: Tags

    /// The tags of a resource (an ARN).
    public func tags(of resource: String) async throws -> [String: String] {
        try await file.read { try $0.tags(of: resource) }
    }

    /// Replaces all tags of a resource (an ARN).
    public func setTags(_ tags: [String: String], of resource: String) async throws {
        try await file.write { try $0.setTags(tags, of: resource) }
    }

    // MARK: Events

    /// The sinks that events are kept for.
    public func eventSinks() async throws -> Set<String> {
        try await file.read { try $0.eventSinks() }
    }

    /// Replaces the sinks that events are kept for.
    public func setEventSinks(_ names: Set<String>) async throws -> Int {
        try await file.write { try $0.setEventSinks(names) }
    }

    /// The events that wait for a sink.
    public func events(for sink: String, limit: Int) async throws -> [QueuedEvent] {
        try await file.read { try $0.events(for: sink, limit: limit) }
    }

    /// Lets events wait for one sink.
    public func insert(_ events: [EventRecord], for sink: String) async throws {
        try await file.write { transaction in
            for event in events { try transaction.insert(event, forSink: sink) }
        }
    }

    /// Removes events that their sink has taken.
    public func removeEvents(_ numbers: Set<EventNumber>) async throws {
        try await file.write { try $0.removeEvents(numbers) }
    }

    // MARK: The file

    /// Waits for running transactions and closes the file.
    public func close() async throws {
        try await file.close()
    }
}

// MARK: Rows

private let datastoreColumns = [
    "id", "name", "status", "format", "created_at", "wrapped_data_key", "kms_key_arn", "lambda_authorizer_arn",
    "updated_at",
]
private let datastoreList = datastoreColumns.joined(separator: ", ")
private let accessKeyList = "id, sealed_secret, principal_arn, created_at"

extension SQLiteTransaction {
    fileprivate func datastore(_ id: DatastoreID) throws -> DatastoreRecord? {
        try row("SELECT \(datastoreList) FROM datastore WHERE id = ?", [id.blob]) { try $0.datastore() }
    }

    fileprivate func datastore(forToken token: String, requestDigest: String) throws -> DatastoreRecord? {
        let known = try row(
            """
            SELECT request_digest, \(datastoreList) FROM datastore_token
            JOIN datastore ON datastore.id = datastore_token.datastore WHERE token = ?
            """, [token]
        ) { (requestDigest: $0.text(), datastore: try $0.datastore()) }
        guard let known else { return nil }
        guard known.requestDigest == requestDigest else {
            throw CatalogError(.conflict, "the client token was used with other parameters")
        }
        return known.datastore
    }
}

extension SQLiteTransaction {
    fileprivate func role(_ name: String) throws -> RoleRecord? {
        var role = try row("SELECT name, path, trust_policy, created_at FROM role WHERE name = ?", [name]) {
            RoleRecord(name: $0.text(), path: $0.text(), trustPolicy: $0.text(), createdAt: $0.timestamp())
        }
        let policies = try rows("SELECT name, document FROM role_policy WHERE role = ?", [name]) {
            ($0.text(), $0.text())
        }
        role?.policies = Dictionary(uniqueKeysWithValues: policies)
        return role
    }

    fileprivate func setPolicy(_ document: String?, named name: String, ofRole role: String) throws {
        guard let document else {
            _ = try execute("DELETE FROM role_policy WHERE role = ? AND name = ?", [role, name])
            return
        }
        _ = try execute(
            "INSERT OR REPLACE INTO role_policy (role, name, document) VALUES (?, ?, ?)", [role, name, document])
    }
}

extension DatastoreRecord {
    /// All columns but the id.
    fileprivate var values: [SQLValue] {
        [
            name, status.rawValue, format.rawValue, createdAt.milliseconds, Data(wrappedDataKey), kmsKeyARN,
            lambdaAuthorizerARN, updatedAt.milliseconds,
        ]
    }
}

extension ColumnReader {
    fileprivate mutating func datastore() throws -> DatastoreRecord {
        var record = DatastoreRecord(
            id: try id(), name: text(), status: try word(), format: try word(), createdAt: timestamp(),
            wrappedDataKey: bytes())
        record.kmsKeyARN = optionalText()
        record.lambdaAuthorizerARN = optionalText()
        record.updatedAt = timestamp()
        return record
    }

    fileprivate mutating func accessKey() -> AccessKeyRecord {
        AccessKeyRecord(id: text(), sealedSecret: bytes(), principalARN: text(), createdAt: timestamp())
    }
}
