import Blobs
public import Catalog
import Crypto
import Events
import FrameCodecs
public import ImageSets
import Synchronization

/// One ACTIVE data store: its catalog and blobs, joined.
public final class Datastore: Sendable {
    /// The data store as it was when it was opened.
    public let record: DatastoreRecord
    /// Its id.
    public var id: DatastoreID { record.id }

    let catalog: any Catalog
    let blobs: any BlobStore
    let frameIDs: FrameIDCipher
    let configuration: StoreConfiguration
    let environment: StoreEnvironment
    let documents: DocumentCache
    let documentSizes = DocumentSizes()
    let frameTables: FrameTableCache
    let openedFrames: FrameCache
    let changes: ChangeLimit
    let accesses = AccessLog()
    /// Whether it takes no more changes, because it is about to be destroyed. Set and looked at in transactions that
    /// write, which come one after the other.
    let isClosedToChanges = Atomic(false)
    /// Where frames are encoded: threads of their own, so that encoding never holds up requests.
    let encoders: EncodingThreads
    let foreignCodec: (any ForeignCodec)?
    let announceJob: @Sendable (ImportJobReference) -> Void
    let eventBell: EventBell

    init(
        _ record: DatastoreRecord, key: SymmetricKey, catalog: any Catalog, blobs: any BlobStore, store: Store
    ) {
        self.record = record
        self.catalog = catalog
        self.blobs = blobs
        self.frameIDs = FrameIDCipher(dataKey: key)
        self.configuration = store.configuration
        self.environment = store.environment
        self.documents = DocumentCache(byteLimit: store.configuration.metadataCacheBytes)
        self.openedFrames = store.openedFrames
        self.frameTables = FrameTableCache(entryLimit: store.configuration.frameTableCacheEntries)
        self.changes = ChangeLimit(most: store.configuration.quotas.concurrentChanges)
        self.encoders = store.encoders
        self.foreignCodec = store.foreignCodec
        self.eventBell = store.eventBell
        self.announceJob = { [jobs = store.jobSubmissions] in jobs.yield($0) }
    }

    /// How lossless frames are written.
    var format: StoragePlan.LosslessFormat {
        switch record.format {
        case .htj2k: .htj2k
        case .jpeg2000: .jpeg2000
        }
    }

    func close() async throws {
        do {
            try await writeAccesses()
        } catch {
            try? await blobs.close()
            try? await catalog.close()
            throw error
        }
        try await blobs.close()
        try await catalog.close()
    }
}
