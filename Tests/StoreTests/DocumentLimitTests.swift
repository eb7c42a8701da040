import Catalog
import DICOM
import Events
import ImageSets
import TestSupport
import Testing

@testable import Store

/// An import that would make an image set's metadata longer than the quota (spec/10: that import's files fail).
struct DocumentLimitTests {
    /// Runs with a data store whose documents have at most so many bytes.
    private func withLimit(_ limit: Int, _ body: (Store, Datastore) async throws -> Void) async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open { $0.quotas.metadataBytes = limit }
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        try await body(store, datastore)
        try await store.close()
    }

    /// How long the document of instances is.
    private func size(of instances: [TestInstance]) async throws -> Int {
        try await StoreFixture.withDatastore { _, datastore in
            try await datastore.metadataText(of: datastore.ingest(instances)[0].imageSet).count
        }
    }

    private func outcomes(_ instances: [TestInstance], in datastore: Datastore) async throws -> IngestOutcomes {
        let session = try await datastore.beginIngest(for: .request)
        var staged: [StagedInstance] = []
        for instance in instances { staged.append(try await session.stage(MemoryBytes(try instance.file()))) }
        let outcomes = try await session.commit(staged)
        await session.close()
        return outcomes
    }

    private func isRefused(_ outcome: Result<IngestOutcome, ImportRejection>, limit: Int) -> Bool {
        outcome == .failure(ImportRejection(.overQuota, "The metadata of the image set would exceed \(limit) bytes"))
    }

    private static let numbered = (1...4).map { TestInstance.numbered($0) }

    // MARK: The size

    private static let fixtures: [[TestInstance]] = {
        var multiFrame = TestInstance.numbered(7)
        (multiFrame.frames, multiFrame.rows, multiFrame.columns) = (12, 40, 24)
        var filling = TestInstance.numbered(8)
        filling.elements = [
            DataElement(.patientComments, .LT, "said \"later\""), DataElement(.specificCharacterSet, .CS, "ISO_IR 100"),
            DataElement(Tag(0x0009, 0x0010), .LO, "MAKER"), DataElement(Tag(0x0009, 0x1001), .LO, "private"),
        ]
        return [[.numbered(1)], numbered, [multiFrame, .numbered(1), filling], [filling, multiFrame]]
    }()

    @Test(arguments: fixtures.indices) func whatIsCountedIsTheDocumentsLength(index: Int) async throws {
        let instances = Self.fixtures[index]
        try await StoreFixture.withDatastore { _, datastore in
            // One by one, then each once more: what is replaced is a bound, until it is counted.
            for instance in instances { try await datastore.ingest([instance]) }
            let set = try await datastore.ingest([instances[0]])[0].imageSet
            for version in 1...instances.count {
                let found = try await datastore.imageSet(set, version: version)
                let levels = try await datastore.catalog.read { try $0.levels(found.version.levels) }
                let text = try await datastore.metadataText(of: set, version: version)
                let instanceBytes = try #require(found.version.documentBytes)
                #expect(MetadataDocument.byteCount(of: levels) + instanceBytes == text.count)
                #expect(try await datastore.instanceByteCount(of: found) == instanceBytes)
                #expect(
                    datastore.documentCounts.instanceBytes(of: found)
                        == InstanceBytes(bytes: instanceBytes, isExact: true))
            }
            let latest = try await datastore.imageSet(set)
            #expect(!datastore.documentCounts.instanceBytes(of: latest).isExact)
            let counted = try await datastore.instanceByteCount(of: latest)
            #expect(try #require(latest.version.documentBytes) > counted)
        }
    }

    @Test func aJobThatGoesOnAfterARestartCountsTheSame() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let set = try await datastore.ingest(Self.fixtures[2])[0].imageSet
            let instances = try await datastore.catalog.read { try $0.instances(of: set, version: 1) }
            var sum = 0
            for instance in instances {
                sum += try await datastore.reload(instance.object, warnings: [], CommonFacts()).facts.documentBytes
            }
            #expect(try await datastore.imageSet(set).version.documentBytes == sum)
        }
    }

    // MARK: The limit

    @Test func exactlyTheLimitIsImportedAndOneByteMoreIsRefused() async throws {
        let limit = try await size(of: Self.numbered)
        for batches in [[Self.numbered], [Array(Self.numbered.prefix(3)), [Self.numbered[3]]]] {
            try await withLimit(limit) { _, datastore in
                for batch in batches {
                    let outcomes = try await outcomes(batch, in: datastore)
                    #expect(outcomes.allSatisfy { (try? $0.get()) != nil })
                }
            }
            try await withLimit(limit - 1) { _, datastore in
                for batch in batches.dropLast() { try await datastore.ingest(batch) }
                let last = try await outcomes(#require(batches.last), in: datastore)
                #expect(last.allSatisfy { isRefused($0, limit: limit - 1) })
            }
        }
    }

    @Test func whatIsRefusedLeavesNothingAndTheOthersAreImported() async throws {
        let limit = try await size(of: Self.numbered)
        try await withLimit(limit - 1) { store, datastore in
            _ = try await store.setEventSinks(["a"])
            let set = try await datastore.ingest([.numbered(1)])[0].imageSet
            let before = try await datastore.imageSet(set)
            let live = try await datastore.catalog.read { try $0.liveByteCounts() }
            var other = TestInstance.numbered(9)
            other.series += ".9"
            // The first of the two that bear one SOP Instance UID is refused with the others.
            let batch = [Self.numbered[1], Self.numbered[2], Self.numbered[2], other, Self.numbered[3]]
            let outcomes = try await outcomes(batch, in: datastore)
            #expect(outcomes.map { isRefused($0, limit: limit - 1) } == [true, true, true, false, true])
            #expect(try await datastore.imageSet(set) == before)
            #expect(try await datastore.versions(of: set, before: nil, limit: 10).count == 1)
            #expect(try outcomes[3].get().version == 1)
            let told = try await datastore.catalog.read { try $0.events(for: "a", limit: 100) }
            #expect(told.count == 2, "of the two sets made")
            // Only the other's bytes live; those of the refused go with the next compaction.
            _ = try await datastore.deleteImageSet(try outcomes[3].get().imageSet)
            #expect(try await datastore.catalog.read { try $0.liveByteCounts() } == live)
        }
    }

    @Test func whatConflictedWithARefusedSetTakesItsPlace() async throws {
        var fat = TestInstance.numbered(1)
        fat.elements = [DataElement(.imageComments, .LT, String(repeating: "x", count: 5_000))]
        var conflicting = TestInstance.numbered(2)
        conflicting.patientID = "other"
        try await withLimit(4_000) { _, datastore in
            let both = try await outcomes([fat, conflicting], in: datastore)
            #expect(isRefused(both[0], limit: 4_000))
            #expect(try both[1].get().isPrimary, "as if the other file had not been there")
        }
    }

    @Test func aFullSetTakesNewCopiesOfItsInstances() async throws {
        let limit = try await size(of: Self.numbered)
        try await withLimit(limit) { _, datastore in
            let set = try await datastore.ingest(Self.numbered)[0].imageSet
            for round in 2...5 {
                let again = try await outcomes([Self.numbered[round % 4]], in: datastore)
                #expect(try again[0].get().version == round)
                let latest = try await datastore.imageSet(set)
                #expect(
                    datastore.documentCounts.instanceBytes(of: latest).isExact, "so the set need not be counted again")
                #expect(try await datastore.metadataText(of: set).count == limit)
            }
            var longer = Self.numbered[0]
            longer.elements = [DataElement(.imageComments, .LT, "longer")]
            #expect(try await isRefused(outcomes([longer], in: datastore)[0], limit: limit))
        }
    }

    /// Runs after a restart with a lower limit on a set of three instances of which a bound is known that is three times
    /// too high: each new copy of an instance adds to it.
    private func withBound(limit: Int, _ body: (Datastore) async throws -> Void) async throws {
        let fixture = try StoreFixture()
        let before = try await fixture.open()
        let id = try await before.createDatastore(DatastoreCreation()).id
        let datastore = try await before.open(id)
        for _ in 1...3 { try await datastore.ingest(Array(Self.numbered.prefix(3))) }
        try await before.close()
        let store = try await fixture.open { $0.quotas.metadataBytes = limit }
        try await body(try await store.open(id))
        try await store.close()
    }

    @Test func whatIsKnownAsABoundOnlyIsCountedBeforeARefusal() async throws {
        let limit = try await size(of: Self.numbered)
        try await withBound(limit: limit) { datastore in
            var longer = Self.numbered[3]
            longer.elements = [DataElement(.imageComments, .LT, "longer")]
            #expect(try await isRefused(outcomes([longer], in: datastore)[0], limit: limit))
            let fitting = try await outcomes([Self.numbered[3]], in: datastore)
            #expect(try fitting[0].get().version == 4)
        }
    }

    @Test func changesAreCountedBeforeTheyFail() async throws {
        let limit = try await size(of: Self.numbered) + 1_000
        try await withBound(limit: limit) { datastore in
            var other = Self.numbered[3]
            other.patientID = "other"
            let set = try await datastore.ingest([Self.numbered[0]])[0].imageSet
            let beside = try await datastore.ingest([other])[0].imageSet
            var copy = ImageSetCopy(sourceVersion: 1)
            copy.isForced = true
            copy.destination = .init(imageSet: set, latestVersion: 4)
            _ = try await datastore.copyImageSet(beside, copy)
            #expect(try await datastore.imageSet(set).version.status == .copied)
        }
        try await withBound(limit: limit) { datastore in
            let set = try await datastore.ingest([Self.numbered[0]])[0].imageSet
            let text = #"{"SchemaVersion":1.1,"Patient":{"DICOM":{"PatientName":"X"}}}"#
            _ = try await datastore.updateMetadata(
                of: set, by: MetadataUpdate(latestVersion: 4, .attributes(updatable: Array(text.utf8), removable: nil)))
            #expect(try await datastore.imageSet(set).version.status == .updated)
        }
    }

    @Test func aCopyOfSomeInstancesCountsThese() async throws {
        let limit = try await size(of: Self.numbered) + 100
        try await withLimit(limit) { _, datastore in
            let set = try await datastore.ingest(Array(Self.numbered.prefix(3)))[0].imageSet
            var others = (5...7).map { TestInstance.numbered($0) }
            for index in others.indices { others[index].patientID = "other" }
            let beside = try await datastore.ingest(others)[0].imageSet
            for (count, version, status) in [(2, 1, VersionRecord.WorkflowStatus.copyFailed), (1, 2, .copied)] {
                let named = others.prefix(count).map { "\"\($0.sop)\": {}" }.joined(separator: ", ")
                var copy = ImageSetCopy(sourceVersion: 1)
                copy.isForced = true
                copy.destination = .init(imageSet: set, latestVersion: version)
                copy.copiableAttributes = """
                    {"SchemaVersion": 1.1, "Study": {"Series": {"\(others[0].series)": {"Instances": {\(named)}}}}}
                    """
                _ = try await datastore.copyImageSet(beside, copy)
                #expect(try await datastore.imageSet(set).version.status == status)
            }
        }
    }

    @Test func aFullSetCanBeMadeSmaller() async throws {
        let limit = try await size(of: Self.numbered)
        try await withLimit(limit) { _, datastore in
            let set = try await datastore.ingest(Self.numbered)[0].imageSet
            let gone = Self.numbered[0]
            let text = """
                {"SchemaVersion": 1.1, "Study": {"Series": {"\(gone.series)": {"Instances": {"\(gone.sop)": {}}}}}}
                """
            var update = MetadataUpdate(
                latestVersion: 1, .attributes(updatable: nil, removable: Array(text.utf8)))
            update.isForced = true
            _ = try await datastore.updateMetadata(of: set, by: update)
            #expect(try await datastore.instanceCount(of: set, version: 2) == 3)
            let again = try await outcomes([gone], in: datastore)
            #expect(try again[0].get().version == 3)
        }
    }

    /// `isRestarted` is a job that a worker before staged: its files are read again before they are put into image sets.
    @Test(arguments: [false, true]) func filesOfAJobFailAndTheirObjectsGo(isRestarted: Bool) async throws {
        let limit = try await size(of: Self.numbered) - 1
        try await withLimit(limit) { _, datastore in
            let live = try await datastore.catalog.read { try $0.liveByteCounts() }
            let (job, staged) = try await datastore.stageJob(Self.numbered)
            #expect(try await datastore.catalog.read { try $0.liveByteCounts() } != live)
            for _ in 1...2 { try await datastore.commitImportJob(job, staged: isRestarted ? [:] : staged) }
            let counts = try await datastore.importFileCounts(of: job.id)
            #expect(counts.customerErrors == 4 && counts.serverErrors == 0 && counts.imported == 0)
            let ended = try await datastore.importFiles(of: job.id, after: nil, limit: 10)
            let message = "The metadata of the image set would exceed \(limit) bytes"
            #expect(
                ended.allSatisfy {
                    $0.state
                        == .failed(exceptionType: "ValidationException", message: message, isServerFault: false)
                })
            #expect(try await datastore.catalog.read { try $0.liveByteCounts() } == live)
        }
    }
}
