public import Catalog

/// Searches over the primary hierarchy (QIDO-RS); one consistent state each.
extension Datastore {
    /// A page of studies, newest update first.
    public func studies(_ query: IndexQuery) async throws -> [StudyRecord] {
        try await catalog.read { try $0.studies(query) }
    }

    /// A page of series, by series number.
    public func series(_ query: IndexQuery) async throws -> [SeriesRecord] {
        try await catalog.read { try $0.series(query) }
    }

    /// A page of instances.
    public func instances(_ query: IndexQuery, order: InstanceOrder) async throws -> [IndexedInstance] {
        try await catalog.read { try $0.instances(query, order: order) }
    }
}
