import ImageSets
public import Logging
public import ServiceLifecycle
public import Store
import Synchronization

/// The import workers: runs every submitted job of the store, and those that an earlier run left unfinished.
///
/// Some jobs of each data store run at a time, and all of them share the slots in which files are staged, data stores
/// taking turns (``StagingSlots``): one busy store does not starve another, and a large job does not hold up a small one.
public struct ImportService: Service {
    private let store: Store
    private let objects: any ObjectStore
    private let concurrentJobs: Int
    private let slots: StagingSlots
    private let opening: OpeningSlots
    private let worker: UInt128
    private let logger: Logger

    /// How often the catalogs are asked for jobs that nobody announced.
    private static let lookAgainAfter = Duration.seconds(1)

    /// Ended jobs that are too old to be listed are removed this often.
    private static let purgeAfter = Duration.seconds(3_600)

    /// Workers for a store whose jobs read from and write to `objects`, `concurrentJobs` of each data store at a time.
    public init(store: Store, objects: any ObjectStore, concurrentJobs: Int = 4, logger: Logger) {
        self.store = store
        self.objects = objects
        self.concurrentJobs = max(1, concurrentJobs)
        // One more than can be encoded, so that one file is read while the others are encoded.
        slots = StagingSlots(store.configuration.encodingConcurrency + 1)
        opening = OpeningSlots(slots.count + 2, jobs: self.concurrentJobs)
        worker = store.environment.random128()
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
            group.addTask {
                while !Task.isCancelled {
                    await purge()
                    try await Task.sleep(for: Self.purgeAfter)
                }
            }
            var lines: [DatastoreID: JobLine] = [:]
            for await event in events {
                switch event {
                case .submitted(let job): lines[job.datastore, default: JobLine()].append(job)
                case .ended(let job): lines[job.datastore]?.end(job)
                }
                let datastore = event.job.datastore
                while let job = lines[datastore]?.next(atMost: concurrentJobs) {
                    group.addTask {
                        await run(job)
                        source.yield(.ended(job))
                    }
                }
                if lines[datastore]?.isEmpty == true { lines[datastore] = nil }
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

    private func purge() async {
        do {
            try await store.purgeImportJobs()
        } catch {
            logger.warning("old import jobs could not be removed", metadata: ["error": "\(error)"])
        }
    }

    private func run(_ reference: ImportJobReference) async {
        do {
            let datastore = try await store.open(reference.datastore)
            try await ImportJobRunner(
                datastore: datastore, objects: objects,
                assumeRole: { [store] in try await store.assumeRole($0, for: reference.datastore) },
                quotas: store.configuration.quotas, slots: slots, opening: opening[reference.datastore], worker: worker,
                logger: logger
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

        var job: ImportJobReference {
            switch self {
            case .submitted(let job), .ended(let job): job
            }
        }
    }
}

/// How many files the jobs of each data store have open at a time: `count` where one job runs, and one more for each job
/// that may run beside it, which gets it even when the others wait for a bucket that hangs.
private final class OpeningSlots: Sendable {
    private let count: Int
    private let jobs: Int
    private let slots = Mutex<[DatastoreID: StagingSlots]>([:])

    init(_ count: Int, jobs: Int) {
        self.count = count
        self.jobs = jobs
    }

    subscript(datastore: DatastoreID) -> StagingSlots {
        slots.withLock { slots in
            let known = slots[datastore] ?? StagingSlots(count + jobs - 1, jobs: jobs)
            slots[datastore] = known
            return known
        }
    }
}

/// The jobs of one data store: first come, first served, each once.
struct JobLine {
    private var waiting: [ImportJobReference] = []
    private var running: Set<ImportJobReference> = []

    /// Whether nothing waits and nothing runs.
    var isEmpty: Bool { waiting.isEmpty && running.isEmpty }

    /// Puts a job at the end, unless it is in the line or runs.
    mutating func append(_ job: ImportJobReference) {
        if !running.contains(job) && !waiting.contains(job) { waiting.append(job) }
    }

    /// Starts the next job, when fewer than `most` run.
    mutating func next(atMost most: Int) -> ImportJobReference? {
        guard running.count < most, !waiting.isEmpty else { return nil }
        let job = waiting.removeFirst()
        running.insert(job)
        return job
    }

    /// Takes note of a job's end.
    mutating func end(_ job: ImportJobReference) {
        running.remove(job)
    }
}
