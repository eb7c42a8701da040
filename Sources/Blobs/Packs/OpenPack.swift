import NIOCore
import Synchronization

/// A pack of this process that is appended to.
final class OpenPack: Sendable {
    let handle: PackHandle
    private let threads: BlockingThreads
    private let state: Mutex<State>

    private struct State {
        /// The first byte that is not given to any blob. Only ever grows: a range that an append failed to fill is lost.
        var end: UInt64
        var sessions: Set<PackSession>
        var commit = GroupCommit<CheckedContinuation<Void, any Error>>()
        var wasCommitted = false
    }

    var id: PackID { handle.cipher.pack }

    /// Begins a pack of which nothing but the header is written, with one share in it.
    init(_ handle: PackHandle, session: PackSession, threads: BlockingThreads) {
        self.handle = handle
        self.threads = threads
        state = Mutex(State(end: PackLayout.headerLength, sessions: [session]))
    }

    /// Gives a blob its place, and `session` a share in the pack until it leaves. Nil when the pack would grow over
    /// `maximumLength` (an empty pack takes a blob of any length), or when it lost bytes in a failed sync.
    func reserve(_ length: UInt64, for session: PackSession, maximumLength: UInt64) -> PackLayout? {
        state.withLock { state in
            guard state.commit.failure == nil, let layout = PackLayout(offset: state.end, length: length) else {
                return nil
            }
            guard layout.end <= maximumLength || state.end == PackLayout.headerLength else { return nil }
            state.end = layout.end
            state.sessions.insert(session)
            return layout
        }
    }

    /// Seals and writes a blob at its place, segment by segment. Blocks.
    func write(_ plain: UnsafeRawBufferPointer, of layout: PackLayout) throws {
        for index in 0..<layout.segmentCount {
            let segment = layout.segment(index)
            let range = Int(segment.plainRange.lowerBound)..<Int(segment.plainRange.upperBound)
            try write(UnsafeRawBufferPointer(rebasing: plain[range]), as: segment, of: layout)
        }
    }

    /// Seals and writes one segment at its place. Blocks.
    func write(_ plain: UnsafeRawBufferPointer, as segment: PackLayout.Segment, of layout: PackLayout) throws {
        try handle.cipher.seal(plain, as: segment, of: layout) { sealed in
            do {
                try handle.file.write(sealed, at: segment.offset)
            } catch {
                throw BlobError(.inputOutput, "appending failed", pack: id, cause: error)
            }
        }
    }

    /// Makes everything durable that was written to the pack before the call.
    func commit() async throws {
        try await withCheckedThrowingContinuation { continuation in
            switch state.withLock({ $0.commit.request(continuation) }) {
            case .startSync: startSync()
            case .wait: break
            case .fail(let error): continuation.resume(throwing: error)
            }
        }
    }

    private func startSync() {
        threads.submit { [self] in
            var startsAgain: Bool
            repeat {
                let failure = syncFailure()
                let ending = state.withLock { state in
                    if failure == nil { state.wasCommitted = true }
                    return state.commit.syncEnded(failure)
                }
                for waiter in ending.waiters {
                    if let failure { waiter.resume(throwing: failure) } else { waiter.resume() }
                }
                startsAgain = ending.startsAgain
            } while startsAgain
        }
    }

    private func syncFailure() -> BlobError? {
        do {
            try handle.file.sync()
            return nil
        } catch {
            return BlobError(.inputOutput, "the pack lost bytes in a failed sync", pack: id, cause: error)
        }
    }

    /// Waits until no sync is running.
    func quiesce() async {
        // Joins the next sync: it begins after the running one.
        while state.withLock({ $0.commit.isSyncing }) { try? await commit() }
    }

    /// How many wait for a sync, running or to come.
    var waiterCount: Int {
        state.withLock { $0.commit.waiterCount }
    }

    /// Gives a session a share in the pack.
    func join(_ session: PackSession) {
        state.withLock { _ = $0.sessions.insert(session) }
    }

    /// Ends a session's share in the pack.
    func leave(_ session: PackSession) {
        state.withLock { _ = $0.sessions.remove(session) }
    }

    /// Whether any session has a share in the pack.
    var isUsed: Bool {
        state.withLock { !$0.sessions.isEmpty }
    }

    /// Whether any commit succeeded; if not, no location in the pack is worth anything.
    var wasCommitted: Bool {
        state.withLock { $0.wasCommitted }
    }
}
