import Blobs
import Catalog
import DICOM
import Foundation
import ImageSets
import NIOCore
import TestSupport
import Testing

@testable import Store

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
        let outcomes = try await session.commit(staged).map { try $0.get() }
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
        #expect(try await datastore.compact() == CompactionReport(), "there is nothing to gain yet")
        _ = try await datastore.deleteImageSet(gone)
        let report = try await store.compact()
        #expect(report.rewrittenPacks == 1 && report.deletedPacks == 1)
        #expect(try fixture.packBytes() < size / 2)
        #expect(try await frames(of: kept, in: datastore) == before)
        #expect(try await store.verify().damages.isEmpty)
        _ = try await datastore.deleteImageSet(kept)
        _ = try await datastore.compact()
        #expect(try fixture.packBytes() == 0)
        try await store.close()
    }

    @Test func whatWasLookedUpBeforeACompactionIsReadAfterIt() async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let outcomes = try await twoSeries(in: datastore, as: .job)
            let (kept, gone) = (outcomes[0].imageSet, outcomes[1].imageSet)
            let before = try await datastore.everything(of: kept)
            let known = try await datastore.instances(study: TestInstance().study, series: "1.2.1")
            _ = try await datastore.deleteImageSet(gone)
            let packs = try await datastore.blobs.packs().map(\.id)
            #expect(try await datastore.compact().rewrittenPacks == 1)
            #expect(Set(try await datastore.blobs.packs().map(\.id)).isDisjoint(with: packs), "the bytes have moved")
            for (instance, file) in zip(known, before.files) {
                #expect(try await instance.partTen(as: .stored).collect() == file)
            }
            #expect(try await datastore.everything(of: kept) == before, "frames that were found by the old table")
        }
    }

    @Test func readersSeeTheSameBytesWhilePacksAreCompactedAndMoved() async throws {
        try await TierFixture.run { _, datastore in
            let kept = try await datastore.importSeries((1...4).map { .numbered($0) })
            let before = try await datastore.everything(of: kept)
            let isDone = Flag()
            let readers = (0..<3).map { _ in
                Task { try await datastore.reads(of: kept, until: isDone, areAll: before) }
            }
            var rewritten = 0
            for round in 0..<30 {
                // What is put beside it and deleted makes its pack wasteful, in either tier.
                var beside = TestInstance.numbered(100)
                (beside.series, beside.rows, beside.columns) = ("1.2.9", 64, 64)
                let session = try await datastore.beginIngest(for: .request)
                let staged = [
                    try await session.stage(MemoryBytes(try beside.file())),
                    try await session.stage(MemoryBytes(try TestInstance.numbered(1 + round % 4).file())),
                ]
                let gone = try await session.commit(staged)[0].get().imageSet
                await session.close()
                if round % 3 == 0 { try await datastore.archive(kept) }
                _ = try await datastore.deleteImageSet(gone)
                async let tiers = datastore.keepTiers()
                rewritten += try await datastore.compact().rewrittenPacks
                _ = try await tiers
            }
            isDone.set()
            for reader in readers { #expect(try await reader.value) }
            #expect(rewritten > 0)
        }
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
