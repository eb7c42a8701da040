import NIOPosix

/// Runs calls that block on a device away from the threads of Swift's concurrency.
struct BlockingThreads: Sendable {
    /// Shared by all stores of the process. As many device requests at once keep a disk's queue busy; further ones wait
    /// their turn.
    private static let pool = {
        let pool = NIOThreadPool(numberOfThreads: 16)
        pool.start()
        return pool
    }()

    /// Whether nothing ever blocks, so that everything is run by the caller itself.
    let areNeedless: Bool

    /// Runs `body` and answers its result. A task that is cancelled before its turn throws `CancellationError`.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        if areNeedless { return try body() }
        return try await Self.pool.runIfActive(body)
    }

    /// Runs `body` some time, whatever becomes of the caller.
    func submit(_ body: @escaping @Sendable () -> Void) {
        if areNeedless { return body() }
        Self.pool.submit { _ in body() }
    }
}
