import Synchronization

/// A catalog in memory: the reference that other engines are compared with, and what tests of higher layers run on.
///
/// A write works on a copy of the state, which takes its place when the body returns; searches look at every row.
public final class InMemoryCatalog: Catalog {
    private let state = Mutex(InMemoryState())
    private let writing = Mutex(())

    /// Makes an empty catalog.
    public init() {}

    /// Reads one consistent state.
    public func read<Result: Sendable>(
        _ body: @Sendable (_ transaction: any CatalogReading) throws -> Result
    ) async throws -> Result {
        try body(InMemoryTransaction(state.withLock { $0 }))
    }

    /// Changes the state, all or nothing.
    public func write<Result: Sendable>(
        _ body: @Sendable (_ transaction: any CatalogWriting) throws -> Result
    ) async throws -> Result {
        try writing.withLock { _ in
            let transaction = InMemoryTransaction(state.withLock { $0 })
            let result = try body(transaction)
            transaction.sweep()
            state.withLock { $0 = transaction.state }
            return result
        }
    }

    /// Does nothing.
    public func close() async throws {}
}
