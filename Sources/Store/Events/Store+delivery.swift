import Catalog
public import Events
import ImageSets

/// What one look at the events of a sink has brought.
public struct EventRound: Sendable {
    /// Events that were delivered.
    public var delivered = 0
    /// Why not all were: the sink's failure, or a catalog's.
    public var failure: (any Error)?
}

extension Store {
    /// Delivers the events that wait for a sink, a page at a time, those of each resource in their order; a sink that
    /// fails is left alone for the rest of the round.
    ///
    /// An event is removed once its delivery is certain: a crash in between delivers it again, under the same id.
    public func deliverEvents(to sink: any EventSink) async -> EventRound {
        var round = EventRound()
        do {
            // The data stores first: whatever one of these has to tell comes after the event of its creation.
            let records = try await datastores()
            try await deliver(from: .service(services), to: sink, &round)
            for record in records where record.status == .active && !(round.failure is EventSinkError) {
                do {
                    try await deliver(from: .datastore(open(record.id)), to: sink, &round)
                } catch {
                    // One that is just being deleted hands its events to the service.
                    if try await isActive(record.id) { round.failure = round.failure ?? error }
                }
            }
        } catch {
            round.failure = round.failure ?? error
        }
        return round
    }

    private enum Outbox {
        case service(any ServiceCatalog)
        case datastore(Datastore)

        func events(for sink: String, limit: Int) async throws -> [QueuedEvent] {
            switch self {
            case .service(let catalog): try await catalog.events(for: sink, limit: limit)
            case .datastore(let datastore):
                try await datastore.catalog.read { try $0.events(for: sink, limit: limit) }
            }
        }

        func remove(_ numbers: Set<EventNumber>) async throws {
            switch self {
            case .service(let catalog): try await catalog.removeEvents(numbers)
            case .datastore(let datastore): try await datastore.catalog.write { try $0.removeEvents(numbers) }
            }
        }
    }

    private func deliver(from outbox: Outbox, to sink: any EventSink, _ round: inout EventRound) async throws {
        while !Task.isCancelled {
            let page = try await outbox.events(for: sink.name, limit: Self.eventsAtOnce)
            guard !page.isEmpty else { return }
            let receipt = await sink.deliver(page.map(\.event))
            let taken = Set(page.filter { receipt.delivered.contains($0.event.id) }.map(\.number))
            try await outbox.remove(taken)
            round.delivered += taken.count
            guard receipt.failure == nil else {
                round.failure = receipt.failure
                return
            }
        }
    }

    private func isActive(_ id: DatastoreID) async throws -> Bool {
        try await datastore(id).status == .active
    }
}
