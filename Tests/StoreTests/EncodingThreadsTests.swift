import Glibc
import Synchronization
import Testing

@testable import Store

@Suite struct EncodingThreadsTests {
    /// How many are inside at a time.
    private final class Tally: Sendable {
        private let state = Mutex((now: 0, most: 0))
        var most: Int { state.withLock { $0.most } }

        func enter() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
        }

        func leave() {
            state.withLock { $0.now -= 1 }
        }
    }

    /// The calling thread.
    private static var thread: UInt { pthread_self() }

    /// Its place behind others; 0 is the usual one.
    private static var priority: Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }

    @Test func whatEncodesStandsBehindEverythingElse() async throws {
        let threads = EncodingThreads(count: 1)
        let (inside, outside) = (try await threads.run { Self.priority }, Self.priority)
        #expect(inside == 10 && outside < 10)
        try await threads.shutDown()
    }

    @Test func whoPrefersTheThreadsChangesNone() async throws {
        let threads = EncodingThreads(count: 1)
        let encoder = try await threads.run { Self.thread }
        try await withTaskExecutorPreference(threads) {
            #expect(Self.thread == encoder)
            #expect(try await threads.run { Self.thread } == encoder)
            // The tasks that it makes are there too.
            try await withThrowingTaskGroup(of: UInt.self) { group in
                for _ in 0..<8 { group.addTask { try await threads.run { Self.thread } } }
                for try await thread in group { #expect(thread == encoder) }
            }
        }
        #expect(Self.thread != encoder)
        try await threads.shutDown()
    }

    @Test func noMoreRunAtATimeThanThereAreThreads() async throws {
        let threads = EncodingThreads(count: 2)
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await threads.run {
                        tally.enter()
                        usleep(1_000)
                        tally.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect((1...2).contains(tally.most))
        try await threads.shutDown()
    }

    @Test func aCancelledTaskDoesNotBegin() async throws {
        let threads = EncodingThreads(count: 1)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await threads.run { true }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await threads.shutDown()
    }

    @Test func nobodyWaitsForEverAfterTheShutDown() async throws {
        let threads = EncodingThreads(count: 1)
        try await threads.shutDown()
        let before = Self.priority
        #expect(try await threads.run { Self.priority } == before)
    }
}
