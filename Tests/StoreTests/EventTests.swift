import Catalog
import Events
import Foundation
import ImageSets
import Synchronization
import TestSupport
import Testing

@testable import Store

/// Which events a change leaves, in their order.
struct EventTests {
    @Test func withoutSinksNothingIsKept() async throws {
        try await StoreFixture.withDatastore { store, datastore in
            try await datastore.ingest([.numbered(1)])
            _ = try await store.setEventSinks(["a"])
            #expect(await Receiver().told(by: store).isEmpty)
        }
    }

    @Test func importsMakeOneEventForEachVersion() async throws {
        try await told { store, datastore in
            try await datastore.ingest([.numbered(1), .numbered(2)])
            try await datastore.ingest([.numbered(3)])
        } expected: {
            ["Image Set Created 1 ACTIVE CREATED primary", "Image Set Updated 2 ACTIVE IMPORTED primary"]
        }
    }

    @Test func anUpdateAndARevertAreToldOfAsIfTheyTookTheirTime() async throws {
        try await told { store, datastore in
            let set = try await datastore.ingest([.numbered(1)])[0].imageSet
            _ = try await datastore.updateMetadata(
                of: set,
                by: Self.update(latestVersion: 1, #"{"SchemaVersion":1.1,"Patient":{"DICOM":{"PatientName":"X"}}}"#))
            _ = try await datastore.updateMetadata(
                of: set, by: MetadataUpdate(latestVersion: 2, .revert(to: 1)))
        } expected: {
            [
                "Image Set Created 1 ACTIVE CREATED primary", "Image Set Updating 2 LOCKED UPDATING primary",
                "Image Set Updated 2 ACTIVE UPDATED primary", "Image Set Updating 3 LOCKED UPDATING primary",
                "Image Set Updated 3 ACTIVE UPDATED primary",
            ]
        }
    }

    @Test func aCopyTellsOfItsSourceAndADeletionOfItsEnd() async throws {
        try await told { store, datastore in
            let set = try await datastore.ingest([.numbered(1)])[0].imageSet
            let copy = try await datastore.copyImageSet(set, ImageSetCopy(sourceVersion: 1))
            _ = try await datastore.deleteImageSet(copy.destination.imageSet.id)
        } expected: {
            [
                "Image Set Created 1 ACTIVE CREATED primary",
                "Image Set Copying With Read Only Access 1 LOCKED COPYING_WITH_READ_ONLY_ACCESS primary",
                "Image Set Copying 1 LOCKED COPYING source", "Image Set Copied 1 ACTIVE COPIED",
                "Image Set Deleting 1 LOCKED DELETING", "Image Set Deleted 1 DELETED DELETED",
            ]
        }
    }

    @Test func eventsOfADeletedDataStoreAreNotLost() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        _ = try await store.setEventSinks(["a", "b"])
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        let set = try await datastore.ingest([.numbered(1)])[0].imageSet
        let first = Receiver("b")
        #expect(await first.told(by: store).count == 3)
        _ = try await datastore.deleteImageSet(set)
        _ = try await store.deleteDatastore(datastore.id)
        let types = await Receiver("a").told(by: store).map {
            $0.split(separator: " ").prefix(3).joined(separator: " ")
        }
        #expect(
            types == [
                "Data Store Creating", "Data Store Created", "Data Store Deleting", "Image Set Created",
                "Image Set Deleting", "Image Set Deleted", "Data Store Deleted",
            ])
        // What b had is not told again.
        #expect(await first.told(by: store).count == 7)
        try await store.close()
        let reopened = try await fixture.open()
        #expect(await Receiver("a").told(by: reopened).isEmpty)
        try await reopened.close()
    }

    @Test func aDataStoreThatACrashLeftHalfDeletedHandsItsEventsOver() async throws {
        let fixture = try StoreFixture()
        var store = try await fixture.open()
        _ = try await store.setEventSinks(["a"])
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        let set = try await datastore.ingest([.numbered(1)])[0].imageSet
        _ = try await datastore.deleteImageSet(set)
        // As after a kill between DELETING and the rest of it.
        var record = try await store.datastore(datastore.id)
        record.status = .deleting
        try await store.services.update(record)
        try await store.close()
        store = try await fixture.open()
        let types = await Receiver("a").told(by: store).map {
            $0.split(separator: " ").prefix(3).joined(separator: " ")
        }
        #expect(
            types == [
                "Data Store Creating", "Data Store Created", "Image Set Created", "Image Set Deleting",
                "Image Set Deleted", "Data Store Deleted",
            ])
        try await store.close()
    }

    /// Data stores that go while their events are on the way hand them over: whatever the moment, nothing is lost, and what
    /// comes first of each resource comes in its order.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func dataStoresThatComeAndGoAreToldOfWholeAndInOrder(seed: UInt64) async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let sink = FlakySink(seed: seed)
        _ = try await store.setEventSinks([sink.name])
        let delivery = Task {
            while !Task.isCancelled { _ = await store.deliverEvents(to: sink) }
        }
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 1...3 {
                group.addTask {
                    for _ in 1...8 {
                        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
                        for number in 1...3 { try await datastore.ingest([.numbered(number)]) }
                        let set = try #require(try await datastore.searchImageSets(ImageSetQuery(limit: 1)).first)
                        _ = try await datastore.deleteImageSet(set.imageSet.id)
                        _ = try await store.deleteDatastore(datastore.id)
                    }
                }
            }
        }
        delivery.cancel()
        await delivery.value
        sink.isReliable = true
        #expect(await store.deliverEvents(to: sink).failure == nil)
        let told = Dictionary(grouping: sink.firsts, by: \.resource).mapValues { $0.map(\.detailType) }
        #expect(told.count == 48)
        for (resource, types) in told {
            #expect(
                types
                    == (resource.contains("/imageset/")
                        ? [
                            "Image Set Created", "Image Set Updated", "Image Set Updated", "Image Set Deleting",
                            "Image Set Deleted",
                        ]
                        : ["Data Store Creating", "Data Store Created", "Data Store Deleting", "Data Store Deleted"]))
        }
        try await store.close()
    }

    // MARK: Help

    private static func update(latestVersion: Int, _ updatable: String) -> MetadataUpdate {
        MetadataUpdate(
            latestVersion: latestVersion, .attributes(updatable: Array(updatable.utf8), removable: nil))
    }

    /// Compares what a body's changes of a data store are told as.
    private func told(
        _ body: (Store, Datastore) async throws -> Void, expected: () -> [String]
    ) async throws {
        try await StoreFixture.withDatastore { store, datastore in
            _ = try await store.setEventSinks(["a"])
            try await body(store, datastore)
            #expect(await Receiver().told(by: store) == expected())
            #expect(await Receiver().told(by: store).isEmpty)
        }
    }
}

/// Takes every event and tells what it says, briefly.
private struct Receiver: EventSink {
    let name: String
    private let events = Events()

    private final class Events: Sendable {
        let list = Mutex<[EventRecord]>([])
    }

    init(_ name: String = "a") {
        self.name = name
    }

    /// What this and earlier calls received.
    func told(by store: Store) async -> [String] {
        let round = await store.deliverEvents(to: self)
        let all = events.list.withLock { $0 }
        if let failure = round.failure { return ["\(failure)"] }
        #expect(Set(all.map(\.id)).count == all.count)
        return all.map(Self.brief)
    }

    private static func brief(_ event: EventRecord) -> String {
        let detail = (try? JSONSerialization.jsonObject(with: Data(event.detail.utf8)) as? [String: Any]) ?? [:]
        var words = [event.detailType]
        for name in ["imageSetVersion", "imageSetState", "imageSetWorkflowStatus"] {
            if let word = detail[name] as? String { words.append(word) }
        }
        if detail["isPrimary"] as? Bool == true { words.append("primary") }
        if detail["sourceImageSetArn"] != nil { words.append("source") }
        return words.joined(separator: " ")
    }

    func deliver(_ events: [EventRecord]) async -> EventReceipt {
        self.events.list.withLock { $0 += events }
        return EventReceipt(delivered: Set(events.map(\.id)))
    }

    func close() {}
}

/// A sink that takes a few of the events, then fails, as its seed has it; what it said to have taken, it keeps.
private final class FlakySink: EventSink {
    let name = "flaky"
    private let state: Mutex<(random: UInt64, isReliable: Bool, events: [EventRecord])>

    init(seed: UInt64) {
        state = Mutex((seed, false, []))
    }

    var isReliable: Bool {
        get { state.withLock { $0.isReliable } }
        set { state.withLock { $0.isReliable = newValue } }
    }

    /// What came, without what came again.
    var firsts: [EventRecord] {
        var seen: Set<EventID> = []
        return state.withLock { $0.events }.filter { seen.insert($0.id).inserted }
    }

    func deliver(_ events: [EventRecord]) async -> EventReceipt {
        await Task.yield()
        return state.withLock { state in
            state.random = state.random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let count = state.isReliable ? events.count : min(events.count, Int(state.random >> 61))
            state.events += events[..<count]
            return EventReceipt(
                delivered: Set(events[..<count].map(\.id)),
                failure: count < events.count ? EventSinkError("enough") : nil)
        }
    }

    func close() {}
}
