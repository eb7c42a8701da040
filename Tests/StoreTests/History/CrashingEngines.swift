import Catalog
import Crypto
import Embedded
import ImageSets
import NIOCore
import Store
import Synchronization

@testable import Blobs

/// The embedded engines, which pass a ``CrashPoint`` before and after whatever changes the folder.
struct CrashingEngines: StorageEngines {
    private let base: EmbeddedEngines
    private let crash: CrashPoint

    init(_ crash: CrashPoint) throws {
        let directory = try DataDirectory(crash.folder)
        try directory.lock()
        base = try EmbeddedEngines(directory)
        self.crash = crash
    }

    var keyring: LocalKeyring { base.keyring }

    func openServiceCatalog() async throws -> any ServiceCatalog { try await base.openServiceCatalog() }

    func openCatalog(of datastore: DatastoreID) async throws -> any Catalog {
        CrashingCatalog(base: try await base.openCatalog(of: datastore), crash: crash)
    }

    func openBlobs(of datastore: DatastoreID, key: SymmetricKey) async throws -> any BlobStore {
        CrashingBlobStore(
            base: try await base.openBlobs(of: datastore, key: key), folder: "datastores/\(datastore)", crash: crash)
    }

    func destroy(_ datastore: DatastoreID) async throws { try await base.destroy(datastore) }
}

private struct CrashingCatalog: Catalog {
    let base: any Catalog
    let crash: CrashPoint

    func read<Result: Sendable>(
        _ body: @Sendable (_ transaction: any CatalogReading) throws -> Result
    ) async throws -> Result {
        try await base.read(body)
    }

    func write<Result: Sendable>(
        _ body: @Sendable (_ transaction: any CatalogWriting) throws -> Result
    ) async throws -> Result {
        try crash.pass("before a transaction")
        let result = try await base.write { transaction in
            let result = try body(transaction)
            try crash.pass("before the commit of a transaction")
            return result
        }
        crash.noteCommit()
        try crash.pass("after a transaction")
        return result
    }

    func close() async throws { try await base.close() }
}

private struct CrashingBlobStore: BlobStore {
    let base: any BlobStore
    let folder: String
    let crash: CrashPoint

    func beginWriting(_ placement: BlobPlacement) async throws -> any BlobWriter {
        CrashingBlobWriter(base: try await base.beginWriting(placement), folder: folder, crash: crash)
    }

    func read(_ location: BlobLocation, range: Range<UInt64>?) async throws -> ByteBuffer {
        try await base.read(location, range: range)
    }

    func packs() async throws -> [PackDescription] { try await base.packs() }
    func seal() async { await base.seal() }

    func delete(_ pack: PackID) async throws {
        try crash.pass("before a pack's deletion")
        try await base.delete(pack)
        try crash.pass("after a pack's deletion")
    }

    func close() async throws { try await base.close() }
}

private final class CrashingBlobWriter: BlobWriter {
    private let base: any BlobWriter
    private let folder: String
    private let crash: CrashPoint
    private let packs = Mutex<Set<String>>([])

    init(base: any BlobWriter, folder: String, crash: CrashPoint) {
        self.base = base
        self.folder = folder
        self.crash = crash
    }

    func append(_ bytes: ByteBuffer) async throws -> BlobLocation {
        try await append { try await base.append(bytes) }
    }

    func appendHere(_ bytes: [UInt8]) throws -> BlobLocation? {
        try crash.pass("before bytes are appended")
        guard let location = try base.appendHere(bytes) else { return nil }
        try note(location)
        return location
    }

    func append(
        length: UInt64, _ body: @Sendable (_ write: (ByteBuffer) async throws -> Void) async throws -> Void
    ) async throws -> BlobLocation {
        try await append { try await base.append(length: length, body) }
    }

    private func append(_ body: () async throws -> BlobLocation) async throws -> BlobLocation {
        try crash.pass("before bytes are appended")
        let location = try await body()
        try note(location)
        return location
    }

    private func note(_ location: BlobLocation) throws {
        let place = location.pack.tier == .archive ? "archive" : "packs"
        packs.withLock { _ = $0.insert("\(folder)/\(place)/\(location.pack.fileName)") }
        try crash.pass("after bytes were appended")
    }

    func commit() async throws {
        try crash.pass("before a sync")
        let lengths = try crash.lengths(of: packs.withLock { $0 })
        try await base.commit()
        crash.noteSynced(lengths)
        try crash.pass("after a sync")
    }

    func close() async { await base.close() }
}
