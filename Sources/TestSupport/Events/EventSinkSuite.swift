public import Catalog
public import Events
import ImageSets

/// What every ``EventSink`` must do, check by check; a sink's test runs each on a new place.
public enum EventSinkSuite {
    /// A place that sinks deliver to, as its owner sees it.
    public protocol Place: Sendable {
        /// A new sink on the place.
        func sink() async throws -> any EventSink
        /// Whether the place takes events.
        func setWorking(_ isWorking: Bool) async throws
        /// What has arrived, by the details of the events, in its order.
        func arrivals() async throws -> [String]
    }

    /// A promise, checked on sinks of an empty place.
    public typealias Check = ContractCheck<any Place>

    /// All of them.
    public static let checks: [Check] = [
        Check("no events are delivered at once") { place in
            try await with(place) { sink in
                let receipt = await sink.deliver([])
                try expect(receipt.delivered, [])
                try expect(receipt.failure == nil, true)
                try await expect(place.arrivals(), [])
            }
        },
        Check("events arrive once each, those of a resource in their order, and the receipt names them") { place in
            try await with(place) { sink in
                let events = (1...35).map { event(UInt128($0), resource: $0 % 12) }
                let receipt = await sink.deliver(events)
                try expect(receipt.failure.map(\.description), nil)
                try expect(receipt.delivered, Set(events.map(\.id)))
                let arrivals = try await place.arrivals()
                try expect(arrivals.count, 35)
                for resource in 0..<12 {
                    let own = events.filter { $0.resource.hasSuffix("/\(resource)") }.map(\.detail)
                    try expect(arrivals.filter { own.contains($0) }, own)
                }
            }
        },
        Check("a place that takes nothing is a failure, and loses nothing") { place in
            try await with(place) { sink in
                let events = [event(1), event(2), event(3, resource: 2)]
                try await place.setWorking(false)
                for _ in 1...2 {
                    let refused = await sink.deliver(events)
                    try expect(refused.delivered, [])
                    try expect(refused.failure == nil, false)
                }
                try await place.setWorking(true)
                let receipt = await sink.deliver(events)
                try expect(receipt.failure.map(\.description), nil)
                try expect(receipt.delivered, Set(events.map(\.id)))
                try await expect(place.arrivals().filter { $0 != event(3).detail }, [1, 2].map { event($0).detail })
            }
        },
        Check("a later sink on the same place goes on behind what is there") { place in
            for id in [1, 2] as [UInt128] {
                try await with(place) { sink in
                    let receipt = await sink.deliver([event(id)])
                    try expect(receipt.delivered, [EventID(id)])
                }
            }
            try await expect(place.arrivals(), [1, 2].map { event($0).detail })
        },
    ]

    private static func with(_ place: any Place, _ body: (any EventSink) async throws -> Void) async throws {
        let sink = try await place.sink()
        do {
            try await body(sink)
        } catch {
            try await sink.close()
            throw error
        }
        try await sink.close()
    }

    /// An event whose detail tells it from the others.
    public static func event(_ id: UInt128, resource: Int = 1) -> EventRecord {
        EventRecord(
            id: EventID(id), time: Timestamp(milliseconds: 1_700_000_000_000 + Int64(id)), account: "111122223333",
            region: "us-west-2", resource: "arn:aws:medical-imaging:us-west-2:111122223333:datastore/\(resource)",
            detailType: "Data Store Created", detail: #"{"number":\#(id)}"#)
    }
}
