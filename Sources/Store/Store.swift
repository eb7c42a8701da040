import Blobs
import Catalog
import Crypto
public import Events
public import FrameCodecs
public import ImageSets
import Synchronization

/// The image store: the only place that joins catalog and blobs, and so the only place that knows the order of writes.
///
/// What an answer promises (Documentation/durability.md): when a changing method returns, bytes and index survive
/// kill -9 and power loss; the index never points to absent bytes; no half-made version is ever visible.
public final class Store: Sendable {
    /// What the store was opened with.
    public let configuration: StoreConfiguration
    /// Its clock and randomness.
    public let environment: StoreEnvironment

    let engines: any StorageEngines
    let services: any ServiceCatalog
    let encoders: EncodingThreads
    /// Decodes what is not ours; without it such frames are kept whole.
    let foreignCodec: (any ForeignCodec)?
    let openedFrames: FrameCache
    let datastoreCreations = SerialQueue()
    private let opened = Mutex<[DatastoreID: Datastore]>([:])
    let secrets = Mutex<[String: AccessSecret]>([:])

    /// Every import job that was submitted since the store was opened, for the import workers; jobs of an earlier run
    /// are found by asking (``unfinishedImportJobs()``).
    public let submittedJobs: AsyncStream<ImportJobReference>
    let jobSubmissions: AsyncStream<ImportJobReference>.Continuation

    /// Rings when there are events to be delivered, but for those that other processes write.
    public let eventBell = EventBell()

    private init(
        _ configuration: StoreConfiguration, environment: StoreEnvironment, engines: any StorageEngines,
        services: any ServiceCatalog, foreignCodec: (any ForeignCodec)?
    ) {
        self.foreignCodec = foreignCodec
        self.configuration = configuration
        self.environment = environment
        self.engines = engines
        self.services = services
        encoders = EncodingThreads(count: configuration.encodingConcurrency)
        openedFrames = FrameCache(byteLimit: configuration.frameCacheBytes)
        (submittedJobs, jobSubmissions) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(10_000))
    }

    /// What a process does with the store.
    public enum Role: Sendable {
        /// The one process that stores: it recovers, imports, serves.
        case owner
        /// A process beside the owner that only submits jobs and reads how they go.
        case submitter
    }

    /// Opens a store; its owner first finishes or rolls back whatever a crash interrupted. `foreignCodec` decodes frames
    /// of the syntaxes that are not ours.
    public static func open(
        _ configuration: StoreConfiguration, environment: StoreEnvironment, engines: any StorageEngines,
        role: Role = .owner, foreignCodec: (any ForeignCodec)? = nil
    ) async throws -> Store {
        let store = Store(
            configuration, environment: environment, engines: engines, services: try await engines.openServiceCatalog(),
            foreignCodec: foreignCodec)
        guard role == .owner else { return store }
        do {
            try await store.recover()
        } catch {
            try? await store.close()
            throw error
        }
        return store
    }

    /// Closes all files. Work in progress should have ended before.
    public func close() async throws {
        jobSubmissions.finish()
        let datastores = opened.withLock { opened in
            defer { opened = [:] }
            return Array(opened.values)
        }
        // A data store that cannot write its last accesses keeps nothing else from being closed.
        var failure: (any Error)?
        for datastore in datastores {
            do { try await datastore.close() } catch { failure = failure ?? error }
        }
        try await services.close()
        try await encoders.shutDown()
        if let failure { throw failure }
    }

    /// The Amazon Resource Name of a data store or of an image set in it.
    public func name(of datastore: DatastoreID, imageSet: ImageSetID? = nil) -> ResourceName {
        ResourceName(
            region: configuration.region, accountID: configuration.accountID, datastore: datastore, imageSet: imageSet)
    }

    /// The open data store; `notFound` when unknown or DELETED, `conflict` while it is not ACTIVE.
    public func open(_ id: DatastoreID) async throws -> Datastore {
        if let datastore = openDatastore(id) { return datastore }
        _ = try await activeRecord(id)
        return try await datastoreCreations.run { [self] in
            if let datastore = openDatastore(id) { return datastore }
            // Looked at once more: a deletion may have come first, and what it destroyed must not be made anew.
            let datastore = try await makeDatastore(activeRecord(id))
            opened.withLock { $0[id] = datastore }
            return datastore
        }
    }

    private func activeRecord(_ id: DatastoreID) async throws -> DatastoreRecord {
        let record = try await datastore(id)
        switch record.status {
        case .active: return record
        case .deleted: throw StoreError(.notFound, "Datastore does not exist: \(id)")
        case .creating, .createFailed, .deleting:
            throw StoreError(.conflict, "Datastore \(id) is in state \(record.status.rawValue)")
        }
    }

    /// A data store that is open already; nil when it has to be looked up.
    public func openDatastore(_ id: DatastoreID) -> Datastore? {
        opened.withLock { $0[id] }
    }

    func makeDatastore(_ record: DatastoreRecord) async throws -> Datastore {
        let key = try engines.keyring.unwrap(record.wrappedDataKey, context: record.id.description)
        return try await Datastore(
            record, key: key, catalog: engines.openCatalog(of: record.id),
            blobs: engines.openBlobs(of: record.id, key: key), store: self)
    }

    /// The data stores that are open now.
    var openDatastores: [Datastore] {
        opened.withLock { Array($0.values) }
    }

    func forget(_ id: DatastoreID) async throws {
        let datastore = opened.withLock { $0.removeValue(forKey: id) }
        openedFrames.removeAll(of: id)
        try await datastore?.close()
    }
}

/// Names an import job of a data store.
public struct ImportJobReference: Sendable, Hashable {
    /// The data store that it belongs to.
    public var datastore: DatastoreID
    /// The job's id there.
    public var job: ImportJobID

    /// Gathers a reference.
    public init(datastore: DatastoreID, job: ImportJobID) {
        self.datastore = datastore
        self.job = job
    }
}

/// Runs asynchronous work one after the other.
final class SerialQueue: Sendable {
    private let tail = Mutex<Task<Void, Never>?>(nil)

    func run<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = tail.withLock { tail in
            let previous = tail
            let task = Task {
                await previous?.value
                return try await work()
            }
            tail = Task { _ = await task.result }
            return task
        }
        return try await task.value
    }
}
