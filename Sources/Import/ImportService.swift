import ImageSets
public import Logging
public import ServiceLifecycle
public import Store

/// The import workers: runs every submitted job of the store, and those that an earlier run left unfinished.
///
/// Jobs run a bounded number at a time, taking turns between data stores, so that one busy store does not starve another.
public struct ImportService: Service {
    private let store: Store
    private let objects: any ObjectStore
    private let concurrentJobs: Int
    private let logger: Logger

    /// How often the catalogs are asked for jobs that nobody announced.
    private static let lookAgainAfter = Duration.seconds(1)

    /// Workers for a store whose jobs read from and write to `objects`, `concurrentJobs` at a time.
    public init(store: Store, objects: any ObjectStore, concurrentJobs: Int = 2, logger: Logger) {
        self.store = store
        self.objects = objects
        self.concurrentJobs = max(1, concurrentJobs)
        self.logger = logger
    }

    /// Runs until shut down. A job that is cut off goes on at the next start.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await work() }
        } catch is CancellationError {
            return
        }
    }

    private func work() async throws {
        let (events, source) = AsyncStream<Event>.makeStream()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                for await job in store.submittedJobs {
                    source.yield(.submitted(job))
                }
                source.finish()
            }
            group.addTask {
                // Jobs of an earlier run, and those that another process (`isocenter import`) submits.
                while !Task.isCancelled {
                    for job in await unfinishedJobs() {
                        source.yield(.submitted(job))
                    }
                    try await Task.sleep(for: Self.lookAgainAfter)
                }
            }
            var queue = FairQueue()
            var running: Set<ImportJobReference> = []
            for await event in events {
                switch event {
                case .submitted(let job): if !running.contains(job) { queue.append(job) }
                case .ended(let job): running.remove(job)
                }
                while running.count < concurrentJobs, let job = queue.next() {
                    running.insert(job)
                    group.addTask {
                        await run(job)
                        source.yield(.ended(job))
                    }
                }
            }
        }
    }

    /// A look that fails, say at a data store that is just being deleted, is taken again with the next.
    private func unfinishedJobs() async -> [ImportJobReference] {
        do {
            return try await store.unfinishedImportJobs()
        } catch {
            logger.warning("import jobs could not be listed", metadata: ["error": "\(error)"])
            return []
        }
    }

    private func run(_ reference: ImportJobReference) async {
        do {
            let datastore = try await store.open(reference.datastore)
            try await ImportJobRunner(
                datastore: datastore, objects: objects, quotas: store.configuration.quotas,
                concurrency: store.configuration.encodingConcurrency + 1, logger: logger
            ).run(reference.job)
        } catch is CancellationError {
            logger.notice("import job interrupted; it goes on at the next start", metadata: ["job": "\(reference.job)"])
        } catch {
            logger.error(
                "import job stopped; it is tried again",
                metadata: ["job": "\(reference.job)", "error": "\(error)"])
        }
    }

    private enum Event: Sendable {
        case submitted(ImportJobReference)
        case ended(ImportJobReference)
    }
}

/// Jobs waiting for a worker; data stores take turns, each store's jobs go first come, first served.
struct FairQueue {
    private var waiting: [(datastore: DatastoreID, jobs: [ImportJobReference])] = []

    mutating func append(_ job: ImportJobReference) {
        if let place = waiting.firstIndex(where: { $0.datastore == job.datastore }) {
            guard !waiting[place].jobs.contains(job) else { return }
            waiting[place].jobs.append(job)
        } else {
            waiting.append((job.datastore, [job]))
        }
    }

    mutating func next() -> ImportJobReference? {
        guard !waiting.isEmpty else { return nil }
        var turn = waiting.removeFirst()
        let job = turn.jobs.removeFirst()
        if !turn.jobs.isEmpty { waiting.append(turn) }
        return job
    }
}
