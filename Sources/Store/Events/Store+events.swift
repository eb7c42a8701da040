import Catalog
import Events
import ImageSets

extension Store {
    /// Has events kept for these sinks from now on, in every data store; what waits for others is dropped. Answers how
    /// many events that were.
    public func setEventSinks(_ names: Set<String>) async throws -> Int {
        var dropped = try await services.setEventSinks(names)
        for record in try await datastores() where record.status == .active {
            dropped += try await open(record.id).catalog.write { try $0.setEventSinks(names) }
        }
        return dropped
    }

    /// The event that a data store's record tells.
    func event(of record: DatastoreRecord) -> EventRecord {
        EventComposer(
            region: configuration.region, account: configuration.accountID, time: record.updatedAt,
            random128: environment.random128
        ).event(of: record)
    }

    /// Lets the events of a data store that is about to be destroyed wait in the service's catalog. The data store is
    /// closed: no delivery reads from its own any more, and what one has read comes before what is moved. A crash may leave
    /// some in both: they have one id.
    func rescueEvents(of datastore: DatastoreID) async throws {
        let catalog = try await engines.openCatalog(of: datastore)
        do {
            for sink in try await catalog.read({ try $0.eventSinks() }) {
                while true {
                    let page = try await catalog.read { try $0.events(for: sink, limit: Self.eventsAtOnce) }
                    guard !page.isEmpty else { break }
                    try await services.insert(page.map(\.event), for: sink)
                    try await catalog.write { try $0.removeEvents(Set(page.map(\.number))) }
                }
            }
        } catch {
            // The first error tells more.
            try? await catalog.close()
            throw error
        }
        try await catalog.close()
    }

    static let eventsAtOnce = 100
}
