import Blobs
import Catalog
import DICOM
import Foundation
import ImageSets
import TestSupport
import Testing

@testable import Store

struct StorageTierTests {
    // MARK: The rules, with a clock that stands still until it is told to go on

    @Test func setsAreArchivedThirtyDaysAfterTheLastAccessAndBackAtOnceWithTheNext() async throws {
        try await TierFixture.run { fixture, datastore in
            let imageSet = try await datastore.importSeries([.numbered(1), .numbered(2)])
            let imported = try await datastore.imageSet(imageSet).imageSet
            fixture.advance(days: 29)
            #expect(try await datastore.keepTiers().isEmpty)
            #expect(try await datastore.tier(of: imageSet) == .frequentAccess)
            fixture.advance(days: 2)
            let report = try await datastore.keepTiers()
            #expect(report.archivedImageSets == 1 && report.movedObjects == 2 && report.movedBytes > 0)
            #expect(report.failures == [])
            #expect(try await datastore.tier(of: imageSet) == .archiveInstantAccess)
            #expect(try await datastore.packTiers() == [.archive])
            #expect(try await datastore.imageSet(imageSet).imageSet.lastAccessedAt == imported.lastAccessedAt)

            _ = try await datastore.everything(of: imageSet)
            let accessed = try await datastore.imageSet(imageSet).imageSet
            #expect(accessed.storageTier == .frequentAccess, "an access shows before anything is written")
            #expect(try await datastore.searchImageSets(ImageSetQuery(limit: 1)).map(\.imageSet) == [accessed])
            #expect(try #require(accessed.lastAccessedAt) > (try #require(imported.lastAccessedAt)))
            #expect(try await datastore.keepAccesses().restoredImageSets == 1)
            #expect(try await datastore.imageSet(imageSet).imageSet == accessed)
            #expect(try await datastore.packTiers() == [.frequent])
            // The clock starts anew.
            fixture.advance(days: 29)
            #expect(try await datastore.keepTiers().isEmpty)
            fixture.advance(days: 2)
            #expect(try await datastore.keepTiers().archivedImageSets == 1)
        }
    }

    @Test func nothingIsArchivedWhenThePeriodIsNever() async throws {
        try await TierFixture.run {
            $0.archiveAfter = nil
        } _: { fixture, datastore in
            try await datastore.importSeries([.numbered(1)])
            fixture.advance(days: 10_000)
            #expect(try await datastore.keepTiers().isEmpty)
        }
    }

    @Test func anAccessThatIsNotWrittenYetKeepsASetFromBeingArchived() async throws {
        try await TierFixture.run { fixture, datastore in
            let imageSet = try await datastore.importSeries([.numbered(1)])
            fixture.advance(days: 31)
            _ = try await datastore.metadataDocument(of: imageSet) { _ in "" }
            #expect(try await datastore.keepTiers().isEmpty)
            #expect(try await datastore.tier(of: imageSet) == .frequentAccess)
        }
    }

    @Test func readingAFrameWritesNothing() async throws {
        try await TierFixture.run { fixture, datastore in
            let imageSet = try await datastore.importSeries([.numbered(1)])
            let stored = try await datastore.catalog.read { try $0.imageSet(imageSet) }
            let frame = try #require(try await datastore.frameIDs(of: imageSet).first)
            for _ in 0..<100 {
                fixture.advance(days: 0.001)
                _ = try await datastore.frame(frame, of: imageSet)
            }
            #expect(try await datastore.catalog.read { try $0.imageSet(imageSet) } == stored)
            try await datastore.writeAccesses()
            let written = try #require(try await datastore.catalog.read { try $0.imageSet(imageSet) })
            #expect(written.lastAccessedAt?.milliseconds == fixture.now.milliseconds)
            #expect(datastore.accesses.accesses.isEmpty)
        }
    }

    @Test func accessesOutliveAnOrderlyEnd() async throws {
        let fixture = try TierFixture()
        var (store, datastore) = try await fixture.open()
        let imageSet = try await datastore.importSeries([.numbered(1)])
        fixture.advance(days: 10)
        _ = try await datastore.everything(of: imageSet)
        let accessed = try await datastore.imageSet(imageSet).imageSet
        try await store.close()
        (store, datastore) = try await fixture.open()
        #expect(try await datastore.imageSet(imageSet).imageSet == accessed)
        try await store.close()
    }

    // MARK: What is access, operation by operation (spec/30 "Storage tiers")

    struct Operation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isAccess: Bool
        let perform: @Sendable (Store, Datastore, ImageSetID) async throws -> Void

        init(
            _ name: String, isAccess: Bool,
            _ perform: @escaping @Sendable (Store, Datastore, ImageSetID) async throws -> Void
        ) {
            testDescription = name
            self.isAccess = isAccess
            self.perform = perform
        }
    }

    private static let one = TestInstance.numbered(1)

    static let operations = [
        Operation("GetImageSetMetadata", isAccess: true) { _, datastore, imageSet in
            _ = try await datastore.metadataDocument(of: imageSet) { _ in "" }
        },
        Operation("GetImageSetMetadata from the cache", isAccess: true) { _, datastore, imageSet in
            _ = try await datastore.metadataDocument(of: imageSet) { _ in "" }
            _ = try await datastore.writeAccesses()
            try await datastore.archive(imageSet)
            _ = try await datastore.metadataDocument(of: imageSet) { _ in "" }
        },
        Operation("GetImageFrame", isAccess: true) { _, datastore, imageSet in
            _ = try await datastore.frame(try #require(datastore.frameIDs(of: imageSet).first), of: imageSet)
        },
        Operation("WADO-RS of an instance", isAccess: true) { _, datastore, _ in
            _ = try await datastore.instance(study: one.study, series: one.series, sop: one.sop)
        },
        Operation("WADO-RS of an instance by its image set", isAccess: true) { _, datastore, imageSet in
            _ = try await datastore.instance(study: one.study, series: one.series, sop: one.sop, imageSet: imageSet)
        },
        Operation("WADO-RS of a series", isAccess: true) { _, datastore, _ in
            _ = try await datastore.instances(study: one.study, series: one.series)
        },
        Operation("WADO-RS of a study", isAccess: true) { _, datastore, _ in
            _ = try await datastore.instances(study: one.study, series: nil)
        },
        Operation("import or STOW into the set", isAccess: true) { _, datastore, _ in
            _ = try await datastore.ingest([.numbered(7)])
        },
        Operation("GetImageSet", isAccess: false) { _, datastore, imageSet in _ = try await datastore.imageSet(imageSet)
        },
        Operation("ListImageSetVersions", isAccess: false) { _, datastore, imageSet in
            _ = try await datastore.versions(of: imageSet, before: nil, limit: 9)
        },
        Operation("SearchImageSets", isAccess: false) { _, datastore, _ in
            _ = try await datastore.searchImageSets(ImageSetQuery(limit: 9))
        },
        Operation("QIDO-RS", isAccess: false) { _, datastore, _ in
            let query = IndexQuery(matches: [], offset: 0, limit: 9)
            _ = try await (datastore.studies(query), datastore.series(query))
            for found in try await datastore.instances(query, order: .instanceNumber) {
                _ = try await datastore.storedInstance(found.instance).header()
            }
            _ = try await datastore.representative(ofStudy: one.study)?.header()
        },
        Operation("tagging", isAccess: false) { store, datastore, imageSet in
            try await store.tag(store.name(of: datastore.id, imageSet: imageSet), with: ["key": "value"])
        },
        Operation("a frame that is not there", isAccess: false) { _, datastore, imageSet in
            await #expect(throws: StoreError(.notFound, "")) {
                _ = try await datastore.frame(ImageFrameID(1), of: imageSet)
            }
        },
    ]

    @Test(arguments: operations)
    func eachOperationIsAccessOrIsNot(operation: Operation) async throws {
        let fixture = try TierFixture()
        let (store, datastore) = try await fixture.open()
        let imageSet = try await datastore.importSeries([Self.one, .numbered(2)])
        fixture.advance(days: 31)
        #expect(try await datastore.keepTiers().archivedImageSets == 1)
        let before = try await datastore.imageSet(imageSet).imageSet
        fixture.advance(days: 1)
        try await operation.perform(store, datastore, imageSet)
        let after = try await datastore.imageSet(imageSet).imageSet
        #expect(after.storageTier == (operation.isAccess ? .frequentAccess : .archiveInstantAccess))
        #expect((after.lastAccessedAt == before.lastAccessedAt) == !operation.isAccess)
        // Where the bytes lie follows.
        _ = try await datastore.keepAccesses()
        _ = try await datastore.keepTiers()
        #expect(try await datastore.objectTiers(of: imageSet) == [operation.isAccess ? .frequent : .archive])
        try await store.close()
    }

    // MARK: Moves

    @Test func whatWasLookedUpBeforeAMoveIsReadAfterIt() async throws {
        try await TierFixture.run { _, datastore in
            var large = TestInstance.numbered(1)
            (large.rows, large.columns, large.frames) = (64, 64, 3)
            large.elements = [
                DataElement(Tag(0x0029, 0x0010), .LO, "ISOCENTER"),
                DataElement(
                    Tag(0x0029, 0x1001), .OB, .bytes([UInt8](repeating: 7, count: 3 << 20)[...])),
            ]
            let imageSet = try await datastore.importSeries([large, .numbered(2)])
            let before = try await datastore.everything(of: imageSet)
            let frame = try #require(try await datastore.frameIDs(of: imageSet).last)
            for target in [BlobTier.archive, .frequent, .archive] {
                let known = try await datastore.instances(study: large.study, series: large.series)
                let stream = try await known[0].partTen(as: .stored)
                _ = try await datastore.frame(frame, of: imageSet)
                let packs = try await datastore.blobs.packs().map(\.id)
                if target == .archive { try await datastore.archive(imageSet) }
                _ = try await datastore.keepAccesses()
                if target == .archive { try await datastore.archive(imageSet) }
                _ = try await datastore.keepTiers()
                #expect(try await datastore.objectTiers(of: imageSet) == [target])
                #expect(try await datastore.blobs.packs().map(\.id) != packs, "the bytes have left their packs")
                #expect(try await stream.collect() == before.files[0])
                for (instance, file) in zip(known, before.files) {
                    #expect(try await instance.partTen(as: .stored).collect() == file)
                }
                let found = try await datastore.everything(of: imageSet)
                #expect(found == before)
            }
        }
    }

    @Test func readersSeeTheSameBytesWhileTheyAreMovedToAndFro() async throws {
        try await TierFixture.run { _, datastore in
            let imageSet = try await datastore.importSeries((1...8).map { .numbered($0) })
            let before = try await datastore.everything(of: imageSet)
            let isDone = Flag()
            let readers = (0..<3).map { _ in
                Task { try await datastore.reads(of: imageSet, until: isDone, areAll: before) }
            }
            for round in 0..<30 {
                if round % 2 == 0 {
                    try await datastore.archive(imageSet)
                } else {
                    try await datastore.writeAccesses()
                }
                _ = try await datastore.keepTiers()
            }
            isDone.set()
            for reader in readers { #expect(try await reader.value) }
            #expect(try await datastore.everything(of: imageSet) == before)
        }
    }

    @Test func bytesThatSetsShareAreArchivedWithTheLastOfThem() async throws {
        try await TierFixture.run { _, datastore in
            let original = try await datastore.importSeries([.numbered(1)])
            let copy = try await datastore.share(original)
            try await datastore.archive(original)
            #expect(try await datastore.keepTiers().movedObjects == 0)
            #expect(try await datastore.objectTiers(of: original) == [.frequent])
            try await datastore.archive(copy)
            #expect(try await datastore.keepTiers().movedObjects == 1)
            #expect(try await datastore.objectTiers(of: copy) == [.archive])
            datastore.noteAccess(to: copy)
            #expect(try await datastore.keepAccesses().movedObjects == 1)
            #expect(try await datastore.objectTiers(of: original) == [.frequent])
            #expect(try await datastore.tier(of: original) == .archiveInstantAccess)
            // The last set that wanted them near goes.
            _ = try await datastore.deleteImageSet(copy)
            #expect(try await datastore.keepTiers().movedObjects == 1)
            #expect(try await datastore.packTiers() == [.archive])
        }
    }

    /// The n-th call of the blob store fails, once or for ever; for every n that a move comes to, either way.
    @Test(arguments: [FailingBlobStore.Mode.once, .forever], [BlobTier.archive, .frequent])
    func aMoveThatFailsAtAnyPointLosesNothingAndIsTakenUp(mode: FailingBlobStore.Mode, target: BlobTier) async throws {
        let fixture = try TierFixture()
        var (store, datastore) = try await fixture.open()
        let imageSet = try await datastore.importSeries([.numbered(1), .numbered(2)])
        let before = try await datastore.everything(of: imageSet)
        for number in 1... {
            _ = try await datastore.keepAccesses()
            if target == .frequent { try await datastore.archive(imageSet) }
            _ = try await datastore.keepTiers()
            try await store.close()

            let engines = try TierFixture.Engines(fixture.directory, failAt: number, mode)
            var hasOpened = false
            if let opened = try? await fixture.open(engines) {
                hasOpened = true
                if target == .archive { try await opened.datastore.archive(imageSet) }
                if target == .frequent { opened.datastore.noteAccess(to: imageSet) }
                _ = try? await opened.datastore.keepAccesses()
                // The next pass of the same process.
                for _ in 0..<2 { _ = try? await opened.datastore.keepTiers() }
                try await opened.store.close()
            }

            (store, datastore) = try await fixture.open()
            let wanted = try await datastore.tier(of: imageSet) == .frequentAccess ? BlobTier.frequent : .archive
            #expect(wanted == target || !hasOpened, "call \(number)")
            _ = try await datastore.keepTiers()
            try #require(try await datastore.objectTiers(of: imageSet) == [wanted], "call \(number), taken up")
            try #require(try await datastore.everything(of: imageSet) == before, "call \(number)")
            let report = try await store.verify()
            try #require(report.damages.isEmpty && report.deadPacks == 0, "call \(number)")
            guard engines.wasTouched else {
                #expect(number > 8)
                break
            }
        }
        try await store.close()
    }

    @Test func anArchiveThatIsNotTheOneWrittenToIsRefused() async throws {
        let fixture = try TierFixture()
        let (store, datastore) = try await fixture.open()
        let imageSet = try await datastore.importSeries([.numbered(1)])
        let before = try await datastore.everything(of: imageSet)
        _ = try await datastore.writeAccesses()
        try await datastore.archive(imageSet)
        _ = try await datastore.keepTiers()
        try await store.close()
        let folder = "\(fixture.folder)/datastores/\(datastore.id)/archive"
        try FileManager.default.moveItem(atPath: folder, toPath: fixture.folder + "/elsewhere")
        await #expect(throws: StoreError(.internal, "")) { _ = try await fixture.open() }
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.moveItem(atPath: fixture.folder + "/elsewhere", toPath: folder)
        let again = try await fixture.open()
        #expect(try await again.datastore.everything(of: imageSet) == before)
        try await again.store.close()
    }
}
