import Blobs
import Catalog
import Crypto
import Embedded
import Foundation
import ImageSets
import Store
import Synchronization
import TestSupport
import Testing

/// Random histories of imports, updates, copies, promotions and deletes, against ``HistoryModel``; some of them with
/// crashes (``CrashHistory``).
///
/// `ISOCENTER_HISTORIES=10000 swift test --filter HistoryTests` runs that many of each; by default a few.
/// `ISOCENTER_FIRST_HISTORY` is the first seed, to see one again or to share the work.
struct HistoryTests {
    private static func seeds(_ few: Int) -> Range<UInt64> {
        func setting(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } }
        let first = setting("ISOCENTER_FIRST_HISTORY") ?? 0
        return first..<first + (setting("ISOCENTER_HISTORIES") ?? UInt64(few))
    }

    @Test func theStoreIsWhatTheRulesSay() async throws {
        for seed in Self.seeds(200) {
            try await Self.run(seed: seed, isEmbedded: seed % 20 == 0)
        }
    }

    @Test func aKilledStoreIsWhatTheRulesSayAndEveryChangeIsWholeOrAbsent() async throws {
        var tally = CrashTally()
        for seed in Self.seeds(30) {
            tally += try await CrashHistory.run(seed: seed)
        }
        print(tally)
        // A history without a crash shows nothing.
        #expect(tally.changesThatStand > 0 && tally.changesThatAreGone > 0 && tally.crashesOfRecovery > 0)
    }

    private static func run(seed: UInt64, isEmbedded: Bool) async throws {
        let host = try HistoryHost(seed: seed)
        let engines: any StorageEngines =
            isEmbedded
            ? try EmbeddedEngines(DataDirectory(host.folder))
            : MemoryEngines(keyring: try LocalKeyring(path: host.folder + "/keyring"))
        let store = try await host.open(engines)
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        var history = History(seed: seed, datastore: datastore, hasPixels: false)
        for _ in 0..<18 {
            try await history.step()
            try await history.compareLatest()
        }
        try await history.compareAllVersions()
        try await store.close()
    }
}

/// Engines in memory.
private struct MemoryEngines: StorageEngines {
    let keyring: LocalKeyring
    let catalog = InMemoryCatalog()
    let service = InMemoryServiceCatalog()

    func openServiceCatalog() async throws -> any ServiceCatalog { service }
    func openCatalog(of datastore: DatastoreID) async throws -> any Catalog { catalog }
    func openBlobs(of datastore: DatastoreID, key: SymmetricKey) async throws -> any BlobStore {
        try MemoryBlobStore(key: key)
    }
    func destroy(_ datastore: DatastoreID) async throws {}
}
