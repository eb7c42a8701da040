import Glibc
import NIOPosix

/// The threads that encode, verify and decode frames, as many at once as there are cores to do so.
///
/// They stand behind everything else: what only takes a step on the way to the disk or to a client goes first, so that
/// the next frame has come when a core is free, and answers do not wait while an import fills the cores.
final class EncodingThreads: TaskExecutor {
    private let pool: NIOThreadPool

    init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: max(1, count))
        pool.start()
    }

    /// Runs `body` on one of the threads; a task that prefers them is on one already and changes none. A task that is
    /// cancelled before its turn throws `CancellationError`.
    func run<Result: Sendable>(_ body: @Sendable () throws -> Result) async throws -> Result {
        try await withTaskExecutorPreference(self) {
            try Task.checkCancellation()
            return try body()
        }
    }

    /// Runs the next part of a task when its turn has come; after ``shutDown()`` at once, as whoever waits for the task
    /// would wait for ever.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pool.submit { [self] state in
            if case .active = state { Self.yieldToOthers() }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    /// Waits for what runs.
    func shutDown() async throws {
        try await pool.shutdownGracefully()
    }

    /// Lowers the calling thread's priority: Linux keeps one for each thread, and takes 0 for the caller. It may fail
    /// where a process may not; the work is the same.
    private static func yieldToOthers() {
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    }
}
