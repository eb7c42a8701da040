import Catalog
import GRDB
import Synchronization

/// Runs the writes that wait at the same time in one SQLite transaction, each in a savepoint of its own.
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
        /// Runs the body; what it answers tells the caller, with the failure of the commit if there was one.
        var run: @Sendable (Database) -> Answer
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
                        run: { database in
                            let outcome = Result { try Self.inSavepoint(database, body) }
                            return { failure in continuation.resume(with: outcome.failing(with: failure)) }
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
                    answers = self.runWaiting(in: database)
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

    /// Runs what waits, one body after the other; their closures are gone when it returns.
    private func runWaiting(in database: Database) -> [Answer] {
        takeWaiting().map { write in
            // A full disk makes SQLite roll everything back at once; what would follow must not begin anew.
            database.isInsideTransaction ? write.run(database) : write.answer
        }
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
            let transaction = SQLiteTransaction(database)
            value = try body(transaction)
            try transaction.sweep()
            return .commit
        }
        guard let value else { throw CatalogError(.engine, "the write was not completed") }
        return value
    }
}

extension Result where Failure == any Error {
    /// The body's own error, else the commit's, else the value.
    fileprivate func failing(with failure: (any Error)?) -> Self {
        guard case .success = self, let failure else { return self }
        return .failure(failure)
    }
}
