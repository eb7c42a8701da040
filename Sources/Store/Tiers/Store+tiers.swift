import Catalog
public import ImageSets

extension Store {
    /// Keeps access times and tiers true until it is cancelled: writes accesses every few seconds, brings back what was
    /// accessed, and archives what was not.
    ///
    /// `tell` learns what was done, and of each failure; the work goes on with the next data store.
    public func keepTiers(
        _ tell: @escaping @Sendable (_ datastore: DatastoreID, _ outcome: Result<TierReport, any Error>) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while true {
                    try await Task.sleep(for: Self.accessesWrittenEvery)
                    for datastore in openDatastores {
                        try await Self.attempt(datastore.id, tell) { try await datastore.keepAccesses() }
                    }
                }
            }
            group.addTask { [self] in
                while true {
                    try await archiveIdle(tell)
                    try await Task.sleep(for: tierCheckInterval)
                }
            }
            try await group.waitForAll()
        }
    }

    private static let accessesWrittenEvery = Duration.seconds(2)

    /// An hour, or less when sets are archived sooner than after a day.
    private var tierCheckInterval: Duration {
        let period = configuration.archiveAfter ?? .seconds(86_400)
        return max(.seconds(1), min(.seconds(3600), period / 24))
    }

    private func archiveIdle(
        _ tell: @Sendable (_ datastore: DatastoreID, _ outcome: Result<TierReport, any Error>) -> Void
    ) async throws {
        for record in try await datastores() where record.status == .active {
            try await Self.attempt(record.id, tell) { [self] in try await open(record.id).keepTiers() }
        }
    }

    private static func attempt(
        _ datastore: DatastoreID,
        _ tell: (_ datastore: DatastoreID, _ outcome: Result<TierReport, any Error>) -> Void,
        _ work: () async throws -> TierReport
    ) async throws {
        do {
            let report = try await work()
            if !report.isEmpty { tell(datastore, .success(report)) }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            tell(datastore, .failure(error))
        }
    }
}
