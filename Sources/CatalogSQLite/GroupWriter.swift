import Catalog
import GRDB
import Synchronization

/// Runs the writes that wait at the same time in one SQLite transaction, each in a savepoint of its own; a write that
/// waits alone needs none.
///
/// Synchronising the log is what a write waits for; so they share it. A write that throws is undone alone and the others
/// go on; when the commit fails, every write of the transaction fails. Nobody is answered, and nothing is visible, before
/// the commit is durable. The queue holds one entry for each caller that waits, so callers bound it.
final class GroupWriter: Sendable {
    private let pool: DatabasePool
    private let waiting = Mutex<[Write]>([])

    /// The most writes of one transaction, lest the first wait long.
    private static let writesMax = 64

    init(pool: DatabasePool) {
        self.pool = pool
    }

    /// One waiting write; neither function keeps the body once it has returned.
    private struct Write: Sendable {
        /// Runs the body, in a savepoint or as all of the transaction; what it answers tells the caller, with the failure
        /// of the commit if there was one.
        var run: @Sendable (Database, _ isAlone: Bool) -> (answer: Answer, hasFailed: Bool)
        /// Tells the caller that the body was not run.
        var answer: Answer
    }

    private typealias Answer = @Sendable (_ failure: (any Error)?) -> Void

    func write<Value: Sendable>(_ body: @Sendable (SQLiteTransaction) throws -> Value) async throws -> Value {
        // `body` is called once and let go before the continuation is resumed, so it does not escape.
        try await withoutActuallyEscaping(body) { body in
            try await withCheckedThrowingContinuation { continuation in
                enqueue(
                    Write(
                        run: { database, isAlone in
                            let outcome = Result {
                                try isAlone ? Self.run(body, in: database) : Self.inSavepoint(database, body)
                            }
                            let answer: Answer = { continuation.resume(with: outcome.failing(with: $0)) }
                            return (answer, outcome.hasFailed)
                        },
                        answer: { failure in
                            let error = failure ?? CatalogError(.engine, "the write was not begun")
                            continuation.resume(throwing: error)
                        }))
            }
        }
    }

    private func enqueue(_ write: Write) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(write)
            return waiting.count == 1
        }
        if isFirst { schedule() }
    }

    private func schedule() {
        pool.asyncWriteWithoutTransaction { database in
            var answers: [Answer] = []
            do {
                try database.inTransaction(.immediate) {
                    let onlyHasFailed: Bool
                    (answers, onlyHasFailed) = self.runWaiting(in: database)
                    if onlyHasFailed { return .rollback }
                    guard database.isInsideTransaction else {
                        throw CatalogError(.engine, "SQLite ended the transaction")
                    }
                    return .commit
                }
                for answer in answers { answer(nil) }
            } catch {
                if answers.isEmpty { answers = self.takeWaiting().map(\.answer) }
                for answer in answers { answer(error) }
            }
        }
    }

    /// Runs what waits, one body after the other; their closures are gone when it returns. Tells whether there was only
    /// one and it failed, so that the transaction is to be undone.
    private func runWaiting(in database: Database) -> (answers: [Answer], onlyHasFailed: Bool) {
        let writes = takeWaiting()
        let isAlone = writes.count == 1
        var onlyHasFailed = false
        let answers = writes.map { write in
            // A full disk makes SQLite roll everything back at once; what would follow must not begin anew.
            guard database.isInsideTransaction else { return write.answer }
            let (answer, hasFailed) = write.run(database, isAlone)
            onlyHasFailed = hasFailed && isAlone
            return answer
        }
        return (answers, onlyHasFailed)
    }

    private func takeWaiting() -> [Write] {
        let (taken, isMore) = waiting.withLock { waiting in
            let taken = Array(waiting.prefix(Self.writesMax))
            waiting.removeFirst(taken.count)
            return (taken, !waiting.isEmpty)
        }
        if isMore { schedule() }
        return taken
    }

    private static func inSavepoint<Value>(
        _ database: Database, _ body: (SQLiteTransaction) throws -> Value
    ) throws -> Value {
        var value: Value?
        try database.inSavepoint {
            value = try run(body, in: database)
            return .commit
        }
        guard let value else { throw CatalogError(.engine, "the write was not completed") }
        return value
    }

    private static func run<Value>(
        _ body: (SQLiteTransaction) throws -> Value, in database: Database
    ) throws -> Value {
        let transaction = SQLiteTransaction(database)
        let value = try body(transaction)
        try transaction.finish()
        return value
    }
}

extension Result where Failure == any Error {
    fileprivate var hasFailed: Bool {
        if case .failure = self { true } else { false }
    }

    /// The body's own error, else the commit's, else the value.
    fileprivate func failing(with failure: (any Error)?) -> Self {
        guard case .success = self, let failure else { return self }
        return .failure(failure)
    }
}
