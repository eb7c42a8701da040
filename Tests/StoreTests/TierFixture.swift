import Blobs
import Catalog
import Crypto
import DICOM
import Embedded
import Foundation
import ImageSets
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Store

/// A store in a temporary folder, with a clock that a test moves.
final class TierFixture: Sendable {
    let folder: String
    let directory: DataDirectory
    private let clock = Mutex(Timestamp(milliseconds: 1_700_000_000_000))
    private let datastoreID = Mutex<DatastoreID?>(nil)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-\(UUID().uuidString)").path
        directory = try DataDirectory(folder)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    var now: Timestamp { clock.withLock { $0 } }

    func advance(days: Double) {
        clock.withLock { $0 = Timestamp(milliseconds: $0.milliseconds + Int64(days * 86_400_000)) }
    }

    /// Opens the store, and the one data store in it, which is made at first.
    func open(
        _ engines: (any StorageEngines)? = nil, _ change: (inout StoreConfiguration) -> Void = { _ in }
    ) async throws -> (store: Store, datastore: Datastore) {
        var configuration = StoreConfiguration()
        configuration.spoolDirectory = folder
        change(&configuration)
        let store = try await Store.open(
            configuration,
            environment: StoreEnvironment(
                now: { [self] in now }, random128: { UInt128.random(in: 0...UInt128.max) }),
            engines: engines ?? EmbeddedEngines(directory))
        let id: DatastoreID
        if let known = datastoreID.withLock({ $0 }) {
            id = known
        } else {
            id = try await store.createDatastore(DatastoreCreation()).id
        }
        datastoreID.withLock { $0 = id }
        return (store, try await store.open(id))
    }

    static func run(
        _ change: (inout StoreConfiguration) -> Void = { _ in },
        _ body: (TierFixture, Datastore) async throws -> Void
    ) async throws {
        let fixture = try TierFixture()
        let (store, datastore) = try await fixture.open(nil, change)
        try await body(fixture, datastore)
        try await store.close()
    }

    /// The embedded engines with blobs of which one call fails.
    final class Engines: StorageEngines {
        private let base: EmbeddedEngines
        private let (failAt, mode): (Int, FailingBlobStore.Mode)
        private let opened = Mutex<[FailingBlobStore]>([])

        init(_ directory: DataDirectory, failAt: Int, _ mode: FailingBlobStore.Mode) throws {
            base = try EmbeddedEngines(directory)
            (self.failAt, self.mode) = (failAt, mode)
        }

        var wasTouched: Bool { opened.withLock { $0.contains { $0.wasTouched } } }
        var keyring: LocalKeyring { base.keyring }

        func openServiceCatalog() async throws -> any ServiceCatalog { try await base.openServiceCatalog() }

        func openCatalog(of datastore: DatastoreID) async throws -> any Catalog {
            try await base.openCatalog(of: datastore)
        }

        func openBlobs(of datastore: DatastoreID, key: SymmetricKey) async throws -> any BlobStore {
            let failing = FailingBlobStore(
                try await base.openBlobs(of: datastore, key: key), failAt: failAt, mode)
            opened.withLock { $0.append(failing) }
            return failing
        }

        func destroy(_ datastore: DatastoreID) async throws { try await base.destroy(datastore) }
    }
}

/// Something that one task tells others.
final class Flag: Sendable {
    private let state = Mutex(false)
    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}

/// All bytes that an image set of one series shows, frames and files.
struct Everything: Sendable, Equatable {
    var frames: [[UInt8]]
    var files: [[UInt8]]
}

extension PartTenStream {
    func collect() async throws -> [UInt8] {
        let bytes = Mutex<[UInt8]>([])
        try await write { piece in bytes.withLock { $0 += Array(piece.readableBytesView) } }
        return bytes.withLock { $0 }
    }
}

extension Datastore {
    /// Imports instances of one series as a job does: into packs of their own.
    @discardableResult
    func importSeries(_ instances: [TestInstance]) async throws -> ImageSetID {
        let session = try await beginIngest(for: .job)
        var staged: [StagedInstance] = []
        for instance in instances { staged.append(try await session.stage(MemoryBytes(try instance.file()))) }
        let outcomes = try await session.commit(staged).map { try $0.get() }
        await session.close()
        return try #require(outcomes.first).imageSet
    }

    func tier(of imageSet: ImageSetID) async throws -> ImageSetRecord.StorageTier {
        try await self.imageSet(imageSet).imageSet.storageTier
    }

    /// Puts an image set into the archive by the catalog alone, as if its time had come.
    func archive(_ imageSet: ImageSetID) async throws {
        try await catalog.write { transaction in
            var record = try #require(try transaction.imageSet(imageSet))
            record.storageTier = .archiveInstantAccess
            try transaction.update(record)
        }
    }

    /// The tiers that there are packs in.
    func packTiers() async throws -> Set<BlobTier> {
        Set(try await blobs.packs().map(\.id.tier))
    }

    /// The tiers that objects of an image set lie in, frames and all.
    func objectTiers(of imageSet: ImageSetID) async throws -> Set<BlobTier> {
        try await catalog.read { transaction in
            var tiers: Set<BlobTier> = []
            for object in try transaction.storedObjects(of: imageSet) {
                let record = try transaction.storedObject(object)
                tiers.formUnion(record.blobs(of: object).map(\.location.pack.tier))
                tiers.formUnion(
                    try transaction.frames(of: object, range: 0..<record.frameCount).map(\.location.pack.tier))
            }
            return tiers
        }
    }

    func frameIDs(of imageSet: ImageSetID) async throws -> [ImageFrameID] {
        let version = try await self.imageSet(imageSet).imageSet.latestVersion
        return try await instanceChecksums(of: imageSet, version: version).flatMap(\.frames).map(\.id)
    }

    func everything(of imageSet: ImageSetID) async throws -> Everything {
        var everything = Everything(frames: [], files: [])
        for id in try await frameIDs(of: imageSet) {
            everything.frames.append(try await frame(id, of: imageSet).bytes.collect())
        }
        let grouping = try await self.imageSet(imageSet).imageSet.attributes.grouping
        let found = try await instances(
            study: grouping.studyInstanceUID, series: grouping.seriesInstanceUID, imageSet: imageSet)
        for instance in found { everything.files.append(try await instance.partTen(as: .stored).collect()) }
        return everything
    }

    /// Reads an image set over and over; whether it was the same each time, and was read at least once.
    func reads(of imageSet: ImageSetID, until flag: Flag, areAll expected: Everything) async throws -> Bool {
        repeat {
            guard try await everything(of: imageSet) == expected else { return false }
        } while !flag.isSet
        return true
    }

    /// A non-primary image set that shows the same objects.
    func share(_ imageSet: ImageSetID) async throws -> ImageSetID {
        let id = ImageSetID(UInt128.random(in: 1...UInt128.max))
        try await catalog.write { transaction in
            var record = try #require(try transaction.imageSet(imageSet))
            let version = try #require(try transaction.version(record.latestVersion, of: imageSet))
            record.id = id
            record.isPrimary = false
            try transaction.insert(record)
            var copied = version
            (copied.imageSet, copied.isPrimary) = (id, false)
            try transaction.insert(copied)
            for instance in try transaction.instances(of: imageSet, version: record.latestVersion) {
                var copy = instance
                copy.imageSet = id
                copy.frameSet = try transaction.insertFrameSet(imageSet: id, object: instance.object)
                _ = try transaction.insert(copy)
            }
        }
        return id
    }
}
