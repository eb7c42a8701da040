import Catalog
import Events
import ImageSets
import Synchronization

extension Datastore {
    /// A transaction with events in it, which are delivered from the moment it is durable. `conflict` once the data store
    /// is being deleted.
    func announcing<Result: Sendable>(
        _ body: @Sendable (_ transaction: any CatalogWriting) throws -> Result
    ) async throws -> Result {
        let result = try await catalog.write { transaction in
            guard !isClosedToChanges.load(ordering: .acquiring) else {
                throw StoreError(.conflict, "Datastore \(id) is in state DELETING")
            }
            return try body(transaction)
        }
        eventBell.ring()
        return result
    }

    /// Tells of an import job as it stands.
    func announce(_ job: ImportJobRecord, at instant: Timestamp, in transaction: any CatalogWriting) throws {
        try transaction.insert(eventComposer(instant).event(of: job, in: id))
    }

    /// Tells of what a version of an image set went through, in this order.
    func announce(
        _ imageSet: ImageSetID, version: Int, isPrimary: Bool, _ statuses: VersionRecord.WorkflowStatus...,
        copiedFrom source: ImageSetID? = nil, at instant: Timestamp, in transaction: any CatalogWriting
    ) throws {
        let composer = eventComposer(instant)
        for status in statuses {
            try transaction.insert(
                composer.event(
                    of: imageSet, version: version, isPrimary: isPrimary, status, in: id, copiedFrom: source))
        }
    }

    /// Tells of a change of an image set that is done, as of one that took its time: first its way, then its end.
    func announce(
        _ made: ImageSetVersion, after underway: VersionRecord.WorkflowStatus, copiedFrom source: ImageSetID? = nil,
        at instant: Timestamp, in transaction: any CatalogWriting
    ) throws {
        try announce(
            made.imageSet.id, version: made.version.number, isPrimary: made.version.isPrimary, underway,
            made.version.status, copiedFrom: source, at: instant, in: transaction)
    }

    /// Tells of an image set that goes.
    func announceDeletion(
        of imageSet: ImageSetRecord, at instant: Timestamp, in transaction: any CatalogWriting
    ) throws {
        try announce(
            imageSet.id, version: imageSet.latestVersion, isPrimary: imageSet.isPrimary, .deleting, .deleted,
            at: instant, in: transaction)
    }

    /// Tells of image sets that an ingest made or gave a version to.
    func announce(_ outcomes: [IngestOutcome], at instant: Timestamp, in transaction: any CatalogWriting) throws {
        var told: Set<ImageSetID> = []
        for outcome in outcomes where told.insert(outcome.imageSet).inserted {
            try announce(
                outcome.imageSet, version: outcome.version, isPrimary: outcome.isPrimary,
                outcome.version == 1 ? .created : .imported, at: instant, in: transaction)
        }
    }

    private func eventComposer(_ instant: Timestamp) -> EventComposer {
        EventComposer(
            region: configuration.region, account: configuration.accountID, time: instant,
            random128: environment.random128)
    }
}
