import NIOCore
import Synchronization

/// A session of appending to packs.
final class PackWriter: BlobWriter {
    private let store: PackStore
    private let sequence: PackSequence
    private let ownsSequence: Bool
    private let session = PackSession()
    private let state = Mutex(State())

    private struct State {
        var isClosed = false
        var packs: [PackID: Share] = [:]

        /// Keeps a pack in which the writer has a share.
        mutating func note(_ pack: OpenPack) {
            if packs[pack.id] == nil { packs[pack.id] = Share(pack: pack) }
        }
    }

    /// What this writer has in one pack.
    private struct Share {
        let pack: OpenPack
        /// Blobs appended.
        var appendedCount = 0
        /// Blobs appended before the last successful commit began.
        var committedCount = 0
    }

    init(_ store: PackStore, _ placement: BlobPlacement) {
        self.store = store
        ownsSequence = placement != .shared
        sequence = ownsSequence ? PackSequence() : store.shared
    }

    deinit {
        // For a writer that was dropped without `close`: its packs must not stay open for ever.
        let packs = state.withLock { $0.packs.values.map(\.pack) }
        guard !packs.isEmpty else { return }
        Task { [store, sequence, ownsSequence, session] in
            if ownsSequence { await sequence.end(in: store) }
            await store.leave(packs, session)
        }
    }

    func append(_ bytes: ByteBuffer) async throws -> BlobLocation {
        let (pack, layout) = try await reserve(UInt64(bytes.readableBytes))
        try await store.threads.run {
            try bytes.withUnsafeReadableBytes { try pack.write($0, of: layout) }
        }
        return appended(layout, to: pack)
    }

    func appendHere(_ bytes: [UInt8]) throws -> BlobLocation? {
        try store.checkOpen()
        let place = try state.withLock { state -> (OpenPack, PackLayout)? in
            try Self.checkOpen(state)
            let place = sequence.reserveInCurrent(UInt64(bytes.count), for: session, in: store)
            if let (pack, _) = place { state.note(pack) }
            return place
        }
        guard let (pack, layout) = place else { return nil }
        try bytes.withUnsafeBytes { try pack.write($0, of: layout) }
        return appended(layout, to: pack)
    }

    func append(
        length: UInt64, _ body: @Sendable (_ write: (ByteBuffer) async throws -> Void) async throws -> Void
    ) async throws -> BlobLocation {
        let (pack, layout) = try await reserve(length)
        var stream = SegmentStream(pack, layout, threads: store.threads)
        try await body { piece in try await stream.write(piece) }
        try await stream.finish()
        return appended(layout, to: pack)
    }

    func commit() async throws {
        try store.checkOpen()
        // A share of its own, so that a writer that is closed meanwhile does not take the packs away.
        let commitSession = PackSession()
        let dirty = try state.withLock { state in
            try Self.checkOpen(state)
            let dirty = state.packs.values.filter { $0.appendedCount > $0.committedCount }
            for share in dirty { share.pack.join(commitSession) }
            return dirty
        }
        let result: Result<Void, any Error>
        do {
            for share in dirty { try await commit(share) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await store.leave(dirty.map(\.pack), commitSession)
        try result.get()
    }

    private func commit(_ share: Share) async throws {
        try await share.pack.commit()
        state.withLock { state in
            guard let known = state.packs[share.pack.id]?.committedCount else { return }
            state.packs[share.pack.id]?.committedCount = max(known, share.appendedCount)
        }
    }

    func close() async {
        let packs = state.withLock { state in
            defer { state.packs = [:] }
            state.isClosed = true
            return state.packs.values.map(\.pack)
        }
        if ownsSequence { await sequence.end(in: store) }
        await store.leave(packs, session)
    }

    private static func checkOpen(_ state: State) throws {
        guard !state.isClosed else { throw BlobError(.closed, "the writer is closed") }
    }

    /// Gives a blob its place.
    private func reserve(_ length: UInt64) async throws -> (OpenPack, PackLayout) {
        try store.checkOpen()
        try state.withLock { try Self.checkOpen($0) }
        let (pack, layout) = try await sequence.reserve(length, for: session, in: store)
        do {
            try state.withLock { state in
                try Self.checkOpen(state)
                state.note(pack)
            }
        } catch {
            await store.leave([pack], session)
            throw error
        }
        return (pack, layout)
    }

    private func appended(_ layout: PackLayout, to pack: OpenPack) -> BlobLocation {
        state.withLock { $0.packs[pack.id]?.appendedCount += 1 }
        return BlobLocation(pack: pack.id, offset: layout.offset, length: layout.length)
    }
}
