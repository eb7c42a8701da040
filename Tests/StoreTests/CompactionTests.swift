import Blobs
import Catalog
import DICOM
import Foundation
import ImageSets
import NIOCore
import Store
import TestSupport
import Testing

struct CompactionTests {
    /// Two series whose instances lie side by side in the same pack.
    private func twoSeries(in datastore: Datastore, as source: IngestSource) async throws -> [IngestOutcome] {
        let session = try await datastore.beginIngest(for: source)
        var staged: [StagedInstance] = []
        for number in 1...12 {
            var instance = TestInstance.numbered(number)
            instance.rows = 64
            instance.columns = 64
            // One series in four stays.
            instance.series = "1.2.\(number % 4 == 0 ? 1 : 2)"
            staged.append(try await session.stage(MemoryBytes(try instance.file())))
        }
        let outcomes = try await session.commit(staged)
        await session.close()
        return [outcomes[3], outcomes[0]]
    }

    private func frames(of imageSet: ImageSetID, in datastore: Datastore) async throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        for instance in try await datastore.instanceChecksums(of: imageSet, version: 1) {
            for frame in instance.frames {
                let sink = ByteSink()
                try await datastore.frame(frame.id, of: imageSet).bytes.write { await sink.take($0) }
                frames.append(await sink.bytes)
            }
        }
        return frames
    }

    @Test(arguments: [IngestSource.job, .request])
    func theSpaceOfADeletedSetReturnsToTheDisk(source: IngestSource) async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        let outcomes = try await twoSeries(in: datastore, as: source)
        let (kept, gone) = (outcomes[0].imageSet, outcomes[1].imageSet)
        let before = try await frames(of: kept, in: datastore)
        let size = try fixture.packBytes()
        #expect(try await datastore.compact(grace: .zero) == CompactionReport(), "there is nothing to gain yet")
        _ = try await datastore.deleteImageSet(gone)
        let report = try await store.compact(grace: .zero)
        #expect(report.rewrittenPacks == 1 && report.deletedPacks == 1)
        #expect(try fixture.packBytes() < size / 2)
        #expect(try await frames(of: kept, in: datastore) == before)
        #expect(try await store.verify().damages.isEmpty)
        _ = try await datastore.deleteImageSet(kept)
        _ = try await datastore.compact(grace: .zero)
        #expect(try fixture.packBytes() == 0)
        try await store.close()
    }

    @Test func aReaderThatHasAPlaceKeepsItUntilTheGraceIsOver() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        let outcomes = try await twoSeries(in: datastore, as: .job)
        let (kept, gone) = (outcomes[0].imageSet, outcomes[1].imageSet)
        let before = try await frames(of: kept, in: datastore)
        _ = try await datastore.deleteImageSet(gone)
        async let compaction = datastore.compact(grace: .milliseconds(300))
        // Reading goes on while bytes move and after they have moved.
        for _ in 0..<20 {
            #expect(try await frames(of: kept, in: datastore) == before)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try await compaction.rewrittenPacks == 1)
        #expect(try await frames(of: kept, in: datastore) == before)
        try await store.close()
    }
}

extension StoreFixture {
    /// The size of all packs.
    func packBytes() throws -> Int {
        let files = FileManager.default.enumerator(atPath: folder)
        var sum = 0
        while let name = files?.nextObject() as? String {
            guard name.hasSuffix(".pack") else { continue }
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            sum += attributes[.size] as? Int ?? 0
        }
        return sum
    }
}
