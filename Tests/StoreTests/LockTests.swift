import Catalog
import DICOM
import ImageSets
import TestSupport
import Testing

@testable import Store

/// What a LOCKED image set refuses, and what waits for it (spec/30).
struct LockTests {
    private func setState(
        _ state: ImageSetRecord.State, of id: ImageSetID, in datastore: Datastore
    ) async throws {
        try await datastore.catalog.write { transaction in
            guard var imageSet = try transaction.imageSet(id) else { return }
            imageSet.state = state
            try transaction.update(imageSet)
        }
    }

    private func update(
        _ text: String = #""Patient": {"DICOM": {"PatientSex": "O"}}"#, version: Int = 1, includesStudy: Bool = false
    ) -> MetadataUpdate {
        var update = MetadataUpdate(
            latestVersion: version,
            .attributes(updatable: Array("{\"SchemaVersion\": 1.1, \(text)}".utf8), removable: nil))
        update.includesStudy = includesStudy
        return update
    }

    @Test func aLockedSetIsReadAndRefusesEveryChange() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let first = try await datastore.ingest([.numbered(1), .numbered(2)])[0].imageSet
            var other = TestInstance.numbered(3)
            other.patientID = "other"
            let second = try await datastore.ingest([other])[0].imageSet
            try await setState(.locked, of: first, in: datastore)
            let locked = StoreError(.conflict, "")
            await #expect(throws: locked) { try await datastore.updateMetadata(of: first, by: update()) }
            await #expect(throws: locked) {
                try await datastore.updateMetadata(of: first, by: MetadataUpdate(latestVersion: 1, .revert(to: 1)))
            }
            await #expect(throws: locked) { try await datastore.copyImageSet(first, ImageSetCopy(sourceVersion: 1)) }
            var copy = ImageSetCopy(sourceVersion: 1)
            copy.destination = .init(imageSet: first, latestVersion: 1)
            await #expect(throws: locked) { try await datastore.copyImageSet(second, copy) }
            copy = ImageSetCopy(sourceVersion: 1)
            copy.promotesToPrimary = true
            await #expect(throws: locked) { try await datastore.copyImageSet(second, copy) }
            await #expect(throws: locked) { try await datastore.deleteImageSet(first) }
            #expect(try await datastore.imageSet(first).imageSet.state == .locked)
            _ = try await datastore.metadataText(of: first)
            try await setState(.active, of: first, in: datastore)
            _ = try await datastore.updateMetadata(of: first, by: update())
        }
    }

    @Test func aLockedSisterRefusesAChangeOfTheStudy() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            var other = TestInstance.numbered(2)
            other.series += ".9"
            let sets = try await datastore.ingest([.numbered(1), other]).map(\.imageSet)
            try await setState(.locked, of: sets[1], in: datastore)
            await #expect(throws: StoreError(.conflict, "")) {
                try await datastore.updateMetadata(of: sets[0], by: update(includesStudy: true))
            }
            #expect(try await datastore.imageSet(sets[0]).imageSet.latestVersion == 1, "all or none")
            let series = #""Study": {"Series": {"\#(TestInstance().series)": {"DICOM": {"StationName": "A"}}}}"#
            _ = try await datastore.updateMetadata(of: sets[0], by: update(series))
            #expect(try await datastore.imageSet(sets[1]).imageSet.latestVersion == 1)
        }
    }

    @Test func anImportWaitsForALockedSet() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let first = try await datastore.ingest([.numbered(1)])[0].imageSet
            try await setState(.locked, of: first, in: datastore)
            async let later = datastore.ingest([.numbered(2)])
            try await Task.sleep(for: .milliseconds(50))
            #expect(try await datastore.imageSet(first).imageSet.latestVersion == 1)
            try await setState(.active, of: first, in: datastore)
            let outcome = try await later[0]
            #expect(outcome.imageSet == first && outcome.version == 2 && outcome.isPrimary)
        }
    }

    @Test func metadataOverTheLimitLeavesAFailedVersionAndNothingElse() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open { $0.quotas.metadataBytes = 6_000 }
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        var other = TestInstance.numbered(2)
        other.series += ".9"
        let sets = try await datastore.ingest([.numbered(1), other]).map(\.imageSet)
        let before = try await datastore.metadataText(of: sets[0])
        let long = String(repeating: "x", count: 5_000)
        let shown = try await datastore.updateMetadata(
            of: sets[0],
            by: update(#""Patient": {"DICOM": {"PatientComments": "\#(long)"}}"#, includesStudy: true))
        #expect(shown.imageSet.state == .locked && shown.version.status == .updating)
        let failed = try await datastore.imageSet(sets[0])
        #expect(failed.imageSet.state == .active && failed.version.number == 2)
        #expect(failed.version.status == .updateFailed)
        #expect(failed.version.message == "INVALID_REQUEST: The metadata would exceed 6000 bytes.")
        #expect(try await datastore.metadataText(of: sets[0]) == before)
        #expect(try await datastore.imageSet(sets[1]).imageSet.latestVersion == 1, "all or none")
        // The next change begins at the last good metadata.
        let small = #""Patient": {"DICOM": {"PatientSex": "O"}}"#
        _ = try await datastore.updateMetadata(of: sets[0], by: update(small, version: 2, includesStudy: true))
        #expect(try await datastore.imageSet(sets[0]).version.status == .updated)

        // A copy of one's own kind: six instances more would be too many.
        var conflicting = (3...8).map { TestInstance.numbered($0) }
        for index in conflicting.indices { conflicting[index].patientID = "other" }
        let beside = try await datastore.ingest(conflicting)[0].imageSet
        var copy = ImageSetCopy(sourceVersion: 1)
        copy.isForced = true
        copy.destination = .init(imageSet: sets[0], latestVersion: 3)
        _ = try await datastore.copyImageSet(beside, copy)
        let refused = try await datastore.imageSet(sets[0])
        #expect(refused.version.status == .copyFailed && refused.version.number == 4)
        #expect(try await datastore.instanceCount(of: sets[0], version: 4) == 1)
        try await store.close()
    }
}
