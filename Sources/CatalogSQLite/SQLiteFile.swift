import Catalog
import Dispatch
import Foundation
import GRDB

/// A catalog file, whatever is in it: one writer, a bounded pool of readers, a write-ahead log.
struct SQLiteFile {
    let pool: DatabasePool
    private let writer: GroupWriter

    /// Opens a file, creating it (mode 0600) when there is none, and brings its schema up to date.
    ///
    /// Throws `newerSchema` when the file knows a step that this program does not, and `engine` when it is damaged or
    /// not ours; neither is changed, but for a rollback that a killed process left to whoever opens the file next.
    init(path: String, applicationID: Int32, migrator: DatabaseMigrator) throws {
        try Self.create(path: path)
        do {
            try Self.finishRollback(path: path)
            try Self.check(path: path, applicationID: applicationID, migrator: migrator)
            pool = try DatabasePool(path: path, configuration: Self.configuration)
            try pool.writeWithoutTransaction { database in
                // A commit survives power loss. GRDB sets NORMAL when it turns on the write-ahead log.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA cache_size = -\(Self.writerCacheKibibytes)")
                try database.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
                try database.execute(sql: "PRAGMA journal_size_limit = \(Self.journalBytesMax)")
                // What a savepoint may have to undo is kept in memory, not in a file outside the data folder: a few
                // pages, as a large write mostly waits alone, without one (GroupWriter).
                try database.execute(sql: "PRAGMA temp_store = MEMORY")
                // Before the first table, so that a file that was begun is known as ours.
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            }
            try migrator.migrate(pool)
            writer = GroupWriter(pool: pool)
        } catch let error as DatabaseError {
            throw CatalogError(error)
        }
    }

    /// Reads one consistent state.
    func read<Result: Sendable>(_ body: @Sendable (SQLiteTransaction) throws -> Result) async throws -> Result {
        do {
            return try await pool.read { try body(SQLiteTransaction($0)) }
        } catch let error as DatabaseError {
            throw CatalogError(error)
        }
    }

    /// Changes the state, all or nothing; writes at the same time share a commit.
    func write<Result: Sendable>(_ body: @Sendable (SQLiteTransaction) throws -> Result) async throws -> Result {
        do {
            return try await writer.write(body)
        } catch let error as DatabaseError {
            throw CatalogError(error)
        }
    }

    /// Waits for running transactions and closes the file.
    ///
    /// On a thread of its own: it blocks until every reader is given back, which takes a thread that tasks share. As many
    /// closings at once as there are of these waited for ever.
    func close() async throws {
        do {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue(label: "closing a catalog").async { [pool] in
                    continuation.resume(with: Result { try pool.close() })
                }
            }
        } catch let error as DatabaseError {
            throw CatalogError(error)
        }
    }

    // MARK: Opening

    private static let readersMax = 5
    private static let readerCacheKibibytes = 8 << 10
    private static let writerCacheKibibytes = 32 << 10
    private static let checkpointPages = 4000
    private static let journalBytesMax = 64 << 20
    private static let busySeconds = 10.0

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.maximumReaderCount = readersMax
        configuration.busyMode = .timeout(busySeconds)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -\(readerCacheKibibytes)")
        }
        return configuration
    }

    /// Makes an empty file that only we may read; SQLite gives its log and index files the same mode.
    private static func create(path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: attributes) else {
            throw CatalogError(.engine, "the catalog file cannot be created")
        }
    }

    /// Undoes what a process that was killed had begun before the file got its write-ahead log: SQLite does so by
    /// itself, but not through a connection that only reads.
    private static func finishRollback(path: String) throws {
        guard FileManager.default.fileExists(atPath: path + "-journal") else { return }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
    }

    /// Looks at a file before anything else is written to it.
    private static func check(path: String, applicationID: Int32, migrator: DatabaseMigrator) throws {
        var configuration = configuration
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        try queue.read { database in
            guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0 > 0 else { return }
            guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == applicationID else {
                throw CatalogError(.engine, "the file is not a catalog of this kind")
            }
            guard try !migrator.hasBeenSuperseded(database) else {
                throw CatalogError(.newerSchema, "the catalog was written by a newer Isocenter")
            }
        }
    }
}

extension CatalogError {
    /// What a failure of SQLite means to users of the catalog.
    init(_ error: DatabaseError) {
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            self.init(.conflict, "the row exists", cause: error)
        case .SQLITE_CONSTRAINT_FOREIGNKEY:
            self.init(.missing, "a row that is referred to does not exist", cause: error)
        default:
            self.init(.engine, "SQLite failed with code \(error.extendedResultCode.rawValue)", cause: error)
        }
    }
}
