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

/// Things waiting for their turn: data stores take turns, in each its jobs take turns, in each job first come, first
/// served.
struct FairQueue<Element> {
    private typealias Line = (job: ImportJobReference, elements: [Element])
    private var stores: [(datastore: DatastoreID, lines: [Line])] = []

    /// Puts an element at the end of its job's line.
    mutating func append(_ element: Element, for job: ImportJobReference) {
        if let place = stores.firstIndex(where: { $0.datastore == job.datastore }) {
            if let line = stores[place].lines.firstIndex(where: { $0.job == job }) {
                stores[place].lines[line].elements.append(element)
            } else {
                stores[place].lines.append((job, [element]))
            }
        } else {
            stores.append((job.datastore, [(job, [element])]))
        }
    }

    /// Takes out the element whose turn it is among those of the jobs that may have one.
    mutating func next(
        where mayHave: (ImportJobReference) -> Bool = { _ in true }
    ) -> (job: ImportJobReference, element: Element)? {
        for place in stores.indices {
            guard let first = stores[place].lines.firstIndex(where: { mayHave($0.job) }) else { continue }
            var store = stores.remove(at: place)
            var line = store.lines.remove(at: first)
            let element = line.elements.removeFirst()
            if !line.elements.isEmpty { store.lines.append(line) }
            if !store.lines.isEmpty { stores.append(store) }
            return (line.job, element)
        }
        return nil
    }

    /// Takes out the first element that is meant, wherever it waits.
    mutating func remove(where isMeant: (Element) -> Bool) -> Element? {
        for store in stores.indices {
            for line in stores[store].lines.indices {
                guard let place = stores[store].lines[line].elements.firstIndex(where: isMeant) else { continue }
                let element = stores[store].lines[line].elements.remove(at: place)
                if stores[store].lines[line].elements.isEmpty { stores[store].lines.remove(at: line) }
                if stores[store].lines.isEmpty { stores.remove(at: store) }
                return element
            }
        }
        return nil
    }
}
