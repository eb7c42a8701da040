import Catalog
import GRDB

/// One transaction of a ``SQLiteCatalog``; its aspects are in the files beside this one.
final class SQLiteTransaction {
    let database: Database
    /// Levels that lost a version in this transaction; ``finish()`` looks at them.
    var releasedLevels: Set<Int64> = []
    /// What is to be written before the rows are read, and by ``finish()``.
    var pending = PendingChanges()
    /// Whether the table of loose objects has rows; nil when that has to be asked.
    var hasLooseObjects: Bool?

    init(_ database: Database) {
        self.database = database
    }

    /// What is left to do when the body of a write has ended.
    func finish() throws {
        try writePendingCounts()
        try writePendingObjects()
        try sweepLevels()
    }

    /// Runs a statement of fixed text; answers how many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
        try translatingErrors {
            try database.cachedStatement(sql: sql).run(values)
            return database.changesCount
        }
    }

    /// The rows of a query of fixed text.
    func rows<Value>(
        _ sql: String, _ values: [SQLValue] = [], _ decode: (inout ColumnReader) throws -> Value
    ) throws -> [Value] {
        try translatingErrors {
            var rows: [Value] = []
            try database.cachedStatement(sql: sql).run(values) { rows.append(try decode(&$0)) }
            return rows
        }
    }

    /// The first row of a query of fixed text.
    func row<Value>(
        _ sql: String, _ values: [SQLValue] = [], _ decode: (inout ColumnReader) throws -> Value
    ) throws -> Value? {
        try rows(sql, values, decode).first
    }

    /// The rows of a query whose text depends on its arguments, which is not kept prepared.
    func rows<Value>(
        of query: SQL, _ decode: (inout ColumnReader) throws -> Value
    ) throws -> [Value] {
        try translatingErrors {
            var rows: [Value] = []
            try database.makeStatement(literal: query).runAsBound { rows.append(try decode(&$0)) }
            return rows
        }
    }

    private func translatingErrors<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw CatalogError(error)
        }
    }

    func missing(_ what: String) -> CatalogError {
        CatalogError(.missing, "there is no such \(what)")
    }

    func conflict(_ what: String) -> CatalogError {
        CatalogError(.conflict, what)
    }
}
