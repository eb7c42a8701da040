public import Catalog

/// A data store's catalog in one SQLite file, with its write-ahead log beside it.
///
/// One writer, a bounded pool of readers; each reads the state as of its begin while the writer goes on. The schema is
/// told in Documentation/catalog-schema.md.
public final class SQLiteCatalog: Catalog {
    let file: SQLiteFile

    /// Opens the file at `path`, which is created when absent.
    ///
    /// Throws `newerSchema` for a file of a newer Isocenter, `engine` for one that is damaged or something else.
    public init(path: String) throws {
        file = try SQLiteFile(
            path: path, applicationID: CatalogMigrations.applicationID, migrator: CatalogMigrations.migrator)
    }

    /// Reads one consistent state.
    public func read<Result: Sendable>(
        _ body: @Sendable (_ transaction: any CatalogReading) throws -> Result
    ) async throws -> Result {
        try await file.read { try body($0) }
    }

    /// Changes the state, all or nothing; what it did survives power loss.
    public func write<Result: Sendable>(
        _ body: @Sendable (_ transaction: any CatalogWriting) throws -> Result
    ) async throws -> Result {
        try await file.write { try body($0) }
    }

    /// Waits for running transactions and closes the file.
    public func close() async throws {
        try await file.close()
    }
}
