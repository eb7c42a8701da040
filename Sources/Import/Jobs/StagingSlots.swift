import ImageSets
import Store
import Synchronization

/// Says which job stages its next file: a bounded number of files at a time, data stores taking turns, and in each the
/// jobs. So a large job holds up nobody, and many jobs of one data store do not starve another's.
final class StagingSlots: Sendable {
    private struct State {
        var slots: Ledger
        var waiting = FairQueue<Waiter>()
        var lastTicket = 0
    }

    /// Who holds how many slots.
    private struct Ledger {
        var free: Int
        /// How many jobs are sure of a slot, however many the others hold.
        let jobs: Int
        var held: [ImportJobReference: Int] = [:]

        /// Whether there is a slot for a job: any for one that has none; else one beyond those that are kept for the jobs
        /// that have none.
        func has(for job: ImportJobReference) -> Bool {
            free > (held[job] == nil ? 0 : max(0, jobs - held.count))
        }

        mutating func take(for job: ImportJobReference) {
            free -= 1
            held[job, default: 0] += 1
        }

        mutating func giveBack(of job: ImportJobReference) {
            free += 1
            let left = (held[job] ?? 1) - 1
            held[job] = left > 0 ? left : nil
        }
    }

    private struct Waiter {
        var ticket: Int
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let state: Mutex<State>

    /// How many files are staged at a time.
    let count: Int

    /// `count` slots, of which each of `jobs` jobs is sure of one.
    init(_ count: Int, jobs: Int = 0) {
        self.count = max(1, count)
        state = Mutex(State(slots: Ledger(free: self.count, jobs: jobs)))
    }

    /// Runs `body` when it is the job's turn.
    func run<Result: Sendable>(
        for job: ImportJobReference, _ body: () async throws -> Result
    ) async throws -> Result {
        try await acquire(for: job)
        defer { release(by: job) }
        return try await body()
    }

    private func acquire(for job: ImportJobReference) async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isGranted = state.withLock { state in
                    guard !state.slots.has(for: job) else {
                        state.slots.take(for: job)
                        return true
                    }
                    state.waiting.append(Waiter(ticket: ticket, continuation: continuation), for: job)
                    return false
                }
                if isGranted { continuation.resume() }
                // Cancelled before it waited: the handler found nothing.
                if Task.isCancelled { cancel(ticket) }
            }
        } onCancel: {
            cancel(ticket)
        }
    }

    private func cancel(_ ticket: Int) {
        let waiter = state.withLock { $0.waiting.remove { $0.ticket == ticket } }
        waiter?.continuation.resume(throwing: CancellationError())
    }

    private func release(by job: ImportJobReference) {
        let granted = state.withLock { state in
            state.slots.giveBack(of: job)
            var granted: [Waiter] = []
            while let (next, waiter) = state.waiting.next(where: { [slots = state.slots] in slots.has(for: $0) }) {
                state.slots.take(for: next)
                granted.append(waiter)
            }
            return granted
        }
        for waiter in granted { waiter.continuation.resume() }
    }
}
