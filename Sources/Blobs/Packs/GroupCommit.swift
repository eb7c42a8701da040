/// Decides when a pack is synced and who is answered by which sync, without doing either.
///
/// A sync answers those who asked before it began: what they wrote was written by then. Whoever asks while one is
/// running waits for the next, together with all others who do. So any number of writers that come at once cost at most
/// two syncs, and a lone writer waits for nobody.
///
/// A failed sync is final. The kernel may have dropped the pages that it could not write and mark them clean, so that
/// a second sync succeeds without writing anything; hence everyone waiting fails, and everyone who asks later does.
struct GroupCommit<Waiter> {
    private enum State {
        case idle
        /// A sync runs for `current`; `next` asked since it began.
        case syncing(current: [Waiter], next: [Waiter])
        /// A sync failed.
        case failed(any Error)
    }

    /// What to do with a request.
    enum Answer {
        /// Start a sync; the waiter is among those that it answers.
        case startSync
        /// Wait: a sync that begins later answers it.
        case wait
        /// Fail the waiter at once.
        case fail(any Error)
    }

    /// What to do when a sync has ended.
    struct Ending {
        /// Whom to answer with the sync's result.
        var waiters: [Waiter]
        /// Whether to start another one at once.
        var startsAgain: Bool
    }

    private var state = State.idle

    /// Why nothing more may be committed; nil as long as no sync failed.
    var failure: (any Error)? {
        if case .failed(let error) = state { return error }
        return nil
    }

    /// Whether a sync is running.
    var isSyncing: Bool {
        if case .syncing = state { return true }
        return false
    }

    /// How many wait for the running sync or the next.
    var waiterCount: Int {
        guard case .syncing(let current, let next) = state else { return 0 }
        return current.count + next.count
    }

    /// Someone asks for a commit of what is written by now.
    mutating func request(_ waiter: Waiter) -> Answer {
        switch state {
        case .idle:
            state = .syncing(current: [waiter], next: [])
            return .startSync
        case .syncing(let current, var next):
            // The array is taken out of the state first, so that it grows in place.
            state = .idle
            next.append(waiter)
            state = .syncing(current: current, next: next)
            return .wait
        case .failed(let error):
            return .fail(error)
        }
    }

    /// The running sync has ended, with an error or without.
    mutating func syncEnded(_ error: (any Error)?) -> Ending {
        guard case .syncing(let current, let next) = state else { preconditionFailure("no sync was running") }
        if let error {
            state = .failed(error)
            return Ending(waiters: current + next, startsAgain: false)
        }
        state = next.isEmpty ? .idle : .syncing(current: next, next: [])
        return Ending(waiters: current, startsAgain: !next.isEmpty)
    }
}
