import ImageSets
import Store
import Synchronization
import Testing

@testable import Import

struct StagingSlotsTests {
    private static func job(_ datastore: UInt128, _ job: UInt128 = 1) -> ImportJobReference {
        ImportJobReference(datastore: DatastoreID(datastore), job: ImportJobID(job))
    }

    /// How many run now, and how many did at most.
    private final class Gauge: Sendable {
        private let running = Mutex((now: 0, most: 0))

        func enter() {
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func leave() { running.withLock { $0.now -= 1 } }

        var now: Int { running.withLock { $0.now } }
        var most: Int { running.withLock { $0.most } }
    }

    @Test func noMoreRunThanThereAreSlots() async throws {
        let (slots, gauge) = (StagingSlots(3), Gauge())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    try await slots.run(for: Self.job(UInt128(number % 4))) {
                        gauge.enter()
                        await Task.yield()
                        gauge.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(gauge.now == 0)
        #expect((1...3).contains(gauge.most))
    }

    /// Of 5 slots, each of 3 jobs is sure of one: the first gets three, however many it asks for, the second one more
    /// than its own only when the third has had its own.
    @Test(.timeLimit(.minutes(5))) func aJobThatHoldsSlotsForeverLeavesOneForEachOfTheOthers() async throws {
        let (slots, gauge) = (StagingSlots(5, jobs: 3), Gauge())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<9 {
                group.addTask {
                    try? await slots.run(for: Self.job(1, 1)) {
                        gauge.enter()
                        try await Task.sleep(for: .seconds(3_600))
                    }
                }
            }
            while gauge.now < 3 { await Task.yield() }
            for job: UInt128 in [2, 3, 2, 3] { try await slots.run(for: Self.job(1, job)) {} }
            try await slots.run(for: Self.job(1, 2)) { try await slots.run(for: Self.job(1, 3)) {} }
            #expect(gauge.most == 3)
            group.cancelAll()
        }
    }

    @Test(.timeLimit(.minutes(5))) func whoIsCancelledGivesUpItsPlace() async throws {
        let slots = StagingSlots(1)
        let gate = AsyncStream<Void>.makeStream()
        let first = Task { try await slots.run(for: Self.job(1)) { for await _ in gate.stream { break } } }
        let waiting = (0..<5).map { _ in Task { try await slots.run(for: Self.job(2)) {} } }
        for task in waiting { task.cancel() }
        for task in waiting {
            // One that was not waiting yet may run or give up; none may hang.
            _ = await task.result
        }
        gate.continuation.yield()
        try await first.value
        try await slots.run(for: Self.job(3)) {}
    }
}
