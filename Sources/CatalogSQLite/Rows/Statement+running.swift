import GRDB
import GRDBSQLite

/// A value of a statement's parameter; nil is NULL.
typealias SQLValue = (any StatementBinding)?

/// Running a prepared statement on SQLite itself. What GRDB does about each run (a copy of the arguments, observers of
/// changes, cached regions) costs as much as SQLite's own part of a short statement, and nothing here asks for it.
extension Statement {
    /// Runs the statement with these values, to its end.
    func run(_ values: [SQLValue]) throws {
        try running(values) { while try step() {} }
    }

    /// Runs the statement with these values, and hands over a reader for each row.
    func run(_ values: [SQLValue], _ body: (inout ColumnReader) throws -> Void) throws {
        try running(values) {
            while try step() {
                var reader = ColumnReader(sqliteStatement)
                try body(&reader)
            }
        }
    }

    /// Hands over a reader for each row of a statement that has its values.
    func runAsBound(_ body: (inout ColumnReader) throws -> Void) throws {
        defer { sqlite3_reset(sqliteStatement) }
        while try step() {
            var reader = ColumnReader(sqliteStatement)
            try body(&reader)
        }
    }

    /// Binds values for the time of `body`; afterwards the statement is as new.
    private func running(_ values: [SQLValue], _ body: () throws -> Void) throws {
        guard Int(sqlite3_bind_parameter_count(sqliteStatement)) == values.count else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "wrong number of values", sql: sql)
        }
        defer {
            // Answers once more why a step failed, which was thrown by then.
            sqlite3_reset(sqliteStatement)
            sqlite3_clear_bindings(sqliteStatement)
        }
        for (index, value) in values.enumerated() {
            // NULL is what a parameter without a value is.
            guard let value else { continue }
            let code = value.bind(to: sqliteStatement, at: CInt(index + 1))
            guard code == SQLITE_OK else { throw error }
        }
        try body()
    }

    /// Goes to the next row; false at the end.
    private func step() throws -> Bool {
        switch sqlite3_step(sqliteStatement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        // GRDB interrupts what a cancelled task reads, and nothing else does.
        case SQLITE_INTERRUPT: throw CancellationError()
        default: throw error
        }
    }

    private var error: DatabaseError {
        let database = sqlite3_db_handle(sqliteStatement)
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database)),
            message: String(cString: sqlite3_errmsg(database)), sql: sql)
    }
}
