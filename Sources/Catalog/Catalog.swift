/// The index of one data store: image sets, versions, instances, stored objects, searches, jobs.
///
/// The contract, which every engine's test runs (`CatalogSuite`):
/// - `write` is a serialisable transaction: all of it becomes visible and durable (survives power loss) before it
///   returns, or, when `body` or the engine throws, none of it.
/// - `read` sees one consistent state. Reads never wait for writes.
/// - A writing method that throws has changed nothing: a body may catch its `conflict` or `missing` and go on.
/// - Bodies are synchronous and short; they MUST NOT keep the transaction past their return.
/// - Text MUST NOT hold U+0000: an engine may cut there.
public protocol Catalog: Sendable {
    /// Reads one consistent state.
    func read<Result: Sendable>(
        _ body: @Sendable (_ transaction: any CatalogReading) throws -> Result
    ) async throws -> Result

    /// Changes the state, all or nothing.
    func write<Result: Sendable>(
        _ body: @Sendable (_ transaction: any CatalogWriting) throws -> Result
    ) async throws -> Result

    /// Closes files; the catalog is not used afterwards.
    func close() async throws
}
