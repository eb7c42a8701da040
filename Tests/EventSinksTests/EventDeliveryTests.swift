import Catalog
import Embedded
import Events
import Foundation
import ImageSets
import Logging
import Store
import Synchronization
import TestSupport
import Testing

@testable import EventSinks

struct EventDeliveryTests {
    @Test func aSinkThatIsDownHoldsUpNoOther() async throws {
        try await withStore { store in
            let (down, up) = (RecordingSink("down"), RecordingSink("up"))
            down.isWorking = false
            _ = try await store.setEventSinks(["down", "up"])
            try await delivering(store, [down, up]) { pauses in
                _ = try await store.createDatastore(DatastoreCreation())
                try await eventually { up.detailTypes == ["Data Store Creating", "Data Store Created"] }
                // It was tried again and again meanwhile: the pauses of the sink that is down, and no others.
                let expected = [750, 1_500, 3_000].map { Duration.milliseconds($0) }
                try await eventually { pauses.withLock { $0.filter(expected.contains) } == expected }
                #expect(down.detailTypes.isEmpty)
                down.isWorking = true
                try await eventually { down.detailTypes == up.detailTypes }
            }
        }
    }

    @Test func whatWasNotDeliveredIsAfterTheNextStart() async throws {
        try await withStore { store in
            _ = try await store.setEventSinks(["late"])
            _ = try await store.createDatastore(DatastoreCreation())
            let late = RecordingSink("late")
            try await delivering(store, [late]) { _ in
                try await eventually { late.detailTypes == ["Data Store Creating", "Data Store Created"] }
            }
            #expect(try await store.setEventSinks([]) == 0)
        }
    }

    @Test func pausesDoubleUpToAMinuteAndAreRandomInTheirUpperHalf() {
        var pause = DeliveryPause()
        let longest = (1...8).map { _ in pause.failed(random: 1) }
        #expect(longest == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        pause.succeeded()
        #expect(pause.failed(random: 0) == .milliseconds(500))
    }

    // MARK: Help

    private func withStore(_ body: (Store) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "isocenter-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try await Store.open(
            StoreConfiguration(),
            environment: StoreEnvironment(
                now: { Timestamp(milliseconds: 1_700_000_000_000) }, random128: { .random(in: 0...UInt128.max) }),
            engines: EmbeddedEngines(DataDirectory(folder)))
        try await body(store)
        try await store.close()
    }

    /// Runs a body beside a delivery whose pauses are short, and are written down.
    private func delivering(
        _ store: Store, _ sinks: [any EventSink], _ body: (borrowing Mutex<[Duration]>) async throws -> Void
    ) async throws {
        let pauses = Pauses()
        let delivery = EventDelivery(
            store: store, sinks: sinks, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            sleep: { pause in
                pauses.list.withLock { $0.append(pause) }
                try await Task.sleep(for: .milliseconds(5))
            }, random: { 0.5 })
        let running = Task { try await delivery.run() }
        do {
            try await body(pauses.list)
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    private final class Pauses: Sendable {
        let list = Mutex<[Duration]>([])
    }

    private func eventually(_ condition: () -> Bool) async throws {
        for _ in 0..<2_000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it did not come true")
    }
}

/// A sink that remembers.
private final class RecordingSink: EventSink {
    let name: String
    private let state = Mutex((isWorking: true, events: [EventRecord]()))

    init(_ name: String) {
        self.name = name
    }

    var isWorking: Bool {
        get { state.withLock { $0.isWorking } }
        set { state.withLock { $0.isWorking = newValue } }
    }

    var detailTypes: [String] { state.withLock { $0.events.map(\.detailType) } }

    func deliver(_ events: [EventRecord]) async -> EventReceipt {
        state.withLock { state in
            guard state.isWorking else { return EventReceipt(delivered: [], failure: EventSinkError("down")) }
            state.events += events
            return EventReceipt(delivered: Set(events.map(\.id)))
        }
    }

    func close() {}
}
