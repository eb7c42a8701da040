import Catalog
import DICOM
import ImageSets
import Store
import TestSupport
import Testing

struct DatastoreTests {
    @Test func aNewDatastoreSaysCreatingAndIsActiveWhenReadNext() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let created = try await store.createDatastore(DatastoreCreation())
        #expect(created.status == .creating)
        let read = try await store.datastore(created.id)
        #expect(read.status == .active)
        try await store.close()
    }

    @Test func aClientTokenGivesTheSameDatastoreForTheSameParametersOnly() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        var creation = DatastoreCreation()
        creation.name = "one"
        creation.clientToken = "token"
        let first = try await store.createDatastore(creation)
        #expect(try await store.createDatastore(creation).id == first.id)
        creation.name = "two"
        let other = creation
        await #expect(throws: StoreError(.conflict, "")) { try await store.createDatastore(other) }
        #expect(try await store.datastores().count == 1)
        try await store.close()
    }

    @Test func theQuotaCountsActiveDatastores() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open { $0.quotas.datastores = 2 }
        let first = try await store.createDatastore(DatastoreCreation())
        _ = try await store.createDatastore(DatastoreCreation())
        await #expect(throws: StoreError(.quotaExceeded, "")) {
            try await store.createDatastore(DatastoreCreation())
        }
        _ = try await store.deleteDatastore(first.id)
        _ = try await store.createDatastore(DatastoreCreation())
        try await store.close()
    }

    @Test func aDatastoreWithImageSetsIsNotDeleted() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let id = try await store.createDatastore(DatastoreCreation()).id
        let outcome = try await store.open(id).ingest([.numbered(1)])[0]
        await #expect(throws: StoreError(.conflict, "")) { try await store.deleteDatastore(id) }
        _ = try await store.open(id).deleteImageSet(outcome.imageSet)
        #expect(try await store.deleteDatastore(id).status == .deleting)
        #expect(try await store.datastore(id).status == .deleted)
        #expect(try await store.datastore(id).wrappedDataKey.isEmpty)
        await #expect(throws: StoreError(.notFound, "")) { try await store.open(id) }
        try await store.close()
    }

    /// Whatever the moment: either the instance is stored and the deletion refused, or the other way round.
    @Test func whatIsAcknowledgedIsNotDeletedWithItsDataStore() async throws {
        func succeeds(_ work: () async throws -> Void) async -> Bool {
            do {
                try await work()
                return true
            } catch {
                return false
            }
        }
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        for round in 0..<80 {
            let id = try await store.createDatastore(DatastoreCreation()).id
            let datastore = try await store.open(id)
            let session = try await datastore.beginIngest(for: .request)
            let staged = [try await session.stage(MemoryBytes(try TestInstance.numbered(1).file()))]
            async let isDeleted = succeeds { _ = try await store.deleteDatastore(id) }
            for _ in 0..<round { await Task.yield() }
            let isStored = await succeeds { _ = try await session.commit(staged) }
            let wasDeleted = await isDeleted
            await session.close()
            #expect(isStored != wasDeleted, "round \(round)")
            guard !wasDeleted else { continue }
            let stored = try #require(try await datastore.searchImageSets(ImageSetQuery(limit: 1)).first)
            _ = try await datastore.deleteImageSet(stored.imageSet.id)
            _ = try await store.deleteDatastore(id)
        }
        try await store.close()
    }

    @Test func aResourceHasAtMostFiftyTags() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let name = store.name(of: try await store.createDatastore(DatastoreCreation()).id)
        let many = Dictionary(uniqueKeysWithValues: (0..<50).map { ("k\($0)", "v") })
        try await store.tag(name, with: many)
        await #expect(throws: StoreError(.invalid, "")) { try await store.tag(name, with: ["one": "more"]) }
        try await store.untag(name, keys: ["k0", "absent"])
        try await store.tag(name, with: ["one": "more"])
        #expect(try await store.tags(of: name).count == 50)
        try await store.close()
    }

    @Test func accessKeysOutliveTheProcessAndShowNothing() async throws {
        let fixture = try StoreFixture()
        var store = try await fixture.open()
        let key = try await store.makeAccessKey(for: "arn:aws:iam::123456789012:root")
        try await store.close()
        store = try await fixture.open()
        #expect(try await store.accessSecret(of: key.id)?.secret == key.secret)
        #expect(try await store.accessSecret(of: "AKIAUNKNOWN")?.secret == nil)
        try await store.close()
    }
}
