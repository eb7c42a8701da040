import Synchronization

/// The pack that is appended to, and the making of the next one when it is full: one at a time, whoever asks.
///
/// The store has one sequence for its `.shared` writers, every `.own` writer has one to itself. The sequence has a share
/// in its current pack, so that the pack stays open between the writers that come and go.
final class PackSequence: Sendable {
    private struct State {
        var current: OpenPack?
        /// The making of the next pack, which all who need it wait for.
        var next: Task<Void, any Error>?
        var isEnded = false
    }

    private enum Step {
        case done(OpenPack, PackLayout)
        case wait(Task<Void, any Error>, replaced: OpenPack?)
    }

    private let session = PackSession()
    private let state = Mutex(State())

    /// A place for a blob: in the current pack, in the next one when the current is full or broken, or in a pack of the
    /// blob's own when it is too long to lie beside others.
    func reserve(
        _ length: UInt64, for session: PackSession, in store: PackStore
    ) async throws -> (OpenPack, PackLayout) {
        let limit = store.options.maximumPackLength
        guard let fits = Self.fits(length, limit) else {
            throw BlobError(.invalidLength, "a blob of \(length) bytes is too long")
        }
        guard fits else {
            let pack = try await store.makePack(for: session)
            guard let layout = pack.reserve(length, for: session, maximumLength: limit) else {
                preconditionFailure("an empty pack takes a blob of any length")
            }
            return (pack, layout)
        }
        while true {
            let step = state.withLock { state in
                if let next = state.next { return Step.wait(next, replaced: nil) }
                if let pack = state.current, let layout = pack.reserve(length, for: session, maximumLength: limit) {
                    return .done(pack, layout)
                }
                // Not the asker's own task: those who wait for it must get their pack when the asker is cancelled.
                let next = Task { try await self.advance(in: store) }
                defer { state.current = nil }
                state.next = next
                return .wait(next, replaced: state.current)
            }
            switch step {
            case .done(let pack, let layout):
                return (pack, layout)
            case .wait(let next, let replaced):
                if let replaced { await store.leave([replaced], self.session) }
                try await next.value
            }
        }
    }

    /// A place for a blob in the current pack; nil when there is none, or no room in it.
    func reserveInCurrent(
        _ length: UInt64, for session: PackSession, in store: PackStore
    ) -> (OpenPack, PackLayout)? {
        let limit = store.options.maximumPackLength
        guard Self.fits(length, limit) == true else { return nil }
        return state.withLock { state in
            guard state.next == nil, let pack = state.current else { return nil }
            return pack.reserve(length, for: session, maximumLength: limit).map { (pack, $0) }
        }
    }

    /// Whether a blob may lie beside others in a pack of at most `limit` bytes; nil when it is too long for any pack.
    private static func fits(_ length: UInt64, _ limit: UInt64) -> Bool? {
        PackLayout.sealedLength(of: length).map { $0 <= limit - PackLayout.headerLength }
    }

    private func advance(in store: PackStore) async throws {
        do {
            let pack = try await store.makePack(for: session)
            let isEnded = state.withLock { state in
                state.next = nil
                if !state.isEnded { state.current = pack }
                return state.isEnded
            }
            if isEnded { await store.leave([pack], session) }
        } catch {
            state.withLock { $0.next = nil }
            throw error
        }
    }

    /// Gives up the share in the current pack; the next blob gets a new one.
    func seal(in store: PackStore) async {
        let current = state.withLock { state in
            defer { state.current = nil }
            return state.current
        }
        if let current { await store.leave([current], session) }
    }

    /// Gives up the share in the current pack; nothing is reserved afterwards.
    func end(in store: PackStore) async {
        let current = state.withLock { state in
            defer { state.current = nil }
            state.isEnded = true
            return state.current
        }
        if let current { await store.leave([current], session) }
    }
}
