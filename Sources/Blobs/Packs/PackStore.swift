import Crypto
import NIOCore
import Synchronization

/// The blob store that works on any folder of files: what ``DiskBlobStore`` and ``MemoryBlobStore`` are made of.
///
/// Files are named `%016x.pack` after the pack's number. A file of zero length is not a pack: it is what a crash left
/// at birth, or it marks the highest number given out, so that a deleted pack's number is not given out again.
final class PackStore: Sendable {
    let files: any PackFileSystem
    let threads: BlockingThreads
    let options: PackOptions
    /// What `.shared` writers append to.
    let shared = PackSequence()
    private let key: SymmetricKey
    private let makeSalt: @Sendable () -> [UInt8]
    private let state: Mutex<State>

    private struct State {
        var isClosed = false
        /// The number of the next pack.
        var nextID: UInt64
        /// The highest number of which a file stands, which tells the next start where to go on.
        var highestID: UInt64
        /// The packs whose files are being made.
        var making: Set<PackID> = []
        /// The packs in which someone has a share.
        var open: [PackID: OpenPack] = [:]
        var handles: PackHandleCache
        /// Counts deletions, so that a handle opened before one is not kept after it.
        var deletionCount = 0
    }

    /// Opens the packs there are. Blocks.
    init(
        files: any PackFileSystem, key: SymmetricKey, options: PackOptions,
        makeSalt: @escaping @Sendable () -> [UInt8] = PackStore.randomSalt
    ) throws {
        self.files = files
        self.key = key
        self.options = options
        self.makeSalt = makeSalt
        threads = BlockingThreads(areNeedless: files.isImmediate)
        let found = try Self.highestPack(in: files, removesRemnants: options.ownsFolder)
        let highest = max(found, options.tier.firstPack.rawValue - 1)
        state = Mutex(
            State(
                nextID: highest + 1, highestID: highest, handles: PackHandleCache(limit: options.maximumOpenPacks)))
    }

    /// The highest number given out, 0 if none. Removes files of zero length that need not mark it, if it may.
    private static func highestPack(in files: any PackFileSystem, removesRemnants: Bool) throws -> UInt64 {
        do {
            let packs = try files.list().compactMap { entry in
                PackID(fileName: entry.name).map { (id: $0, byteCount: entry.byteCount) }
            }
            let highest = packs.map(\.id).max()
            for pack in packs where removesRemnants && pack.byteCount == 0 && pack.id != highest {
                try files.remove(pack.id.fileName)
            }
            return highest?.rawValue ?? 0
        } catch {
            throw BlobError(.inputOutput, "the folder of packs cannot be used", cause: error)
        }
    }

    /// 32 bytes of the system's secure random source.
    static func randomSalt() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<PackHeader.saltLength).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Begins a session of appending.
    func beginWriting(_ placement: BlobPlacement) throws -> PackWriter {
        try checkOpen()
        return PackWriter(self, placement)
    }

    /// Every pack, by age.
    func packs() async throws -> [PackDescription] {
        let entries = try await threads.run { [files] in
            do {
                return try files.list()
            } catch {
                throw BlobError(.inputOutput, "the folder of packs cannot be listed", cause: error)
            }
        }
        return try state.withLock { state in
            try Self.checkOpen(state)
            return entries.compactMap { entry -> PackDescription? in
                guard let id = PackID(fileName: entry.name), entry.byteCount > 0 else { return nil }
                return PackDescription(id: id, byteCount: entry.byteCount, isOpen: Self.isOpen(id, state))
            }.sorted { $0.id < $1.id }
        }
    }

    /// Frees a pack that is not open.
    func delete(_ pack: PackID) async throws {
        let isHighest = try state.withLock { state in
            try Self.checkOpen(state)
            guard !Self.isOpen(pack, state) else {
                throw BlobError(.inUse, "an open pack cannot be deleted", pack: pack)
            }
            state.handles.forget(pack)
            state.deletionCount += 1
            return pack.rawValue == state.highestID
        }
        try await threads.run { [files] in
            do {
                if isHighest { try files.empty(pack.fileName) } else { try files.remove(pack.fileName) }
            } catch {
                throw BlobError(.inputOutput, "the pack cannot be deleted", pack: pack, cause: error)
            }
        }
    }

    /// Refuses everything from now on, and waits for running syncs.
    func close() async {
        let packs = state.withLock { state in
            state.isClosed = true
            defer {
                state.open = [:]
                state.handles = PackHandleCache(limit: options.maximumOpenPacks)
            }
            return Array(state.open.values)
        }
        for pack in packs {
            await pack.quiesce()
        }
    }

    private static func isOpen(_ pack: PackID, _ state: State) -> Bool {
        state.open[pack] != nil || state.making.contains(pack)
    }

    /// Throws `closed` when the store is.
    func checkOpen() throws {
        try state.withLock { try Self.checkOpen($0) }
    }

    private static func checkOpen(_ state: State) throws {
        guard !state.isClosed else { throw BlobError(.closed, "the blob store is closed") }
    }
}

// MARK: Reading

extension PackStore {
    /// Reads a range of a blob, on the caller's thread when it is in memory.
    func read(_ location: BlobLocation, range: Range<UInt64>?) async throws -> ByteBuffer {
        guard let layout = PackLayout(offset: location.offset, length: location.length) else {
            throw BlobError(.invalidLength, "no blob can lie there", pack: location.pack)
        }
        let range = range ?? 0..<location.length
        guard range.upperBound <= location.length, UInt64(range.count) <= UInt64(UInt32.max) else {
            throw BlobError(.invalidLength, "the range is not one of the blob, or too long", pack: location.pack)
        }
        let known = try knownHandle(of: location.pack)
        if let bytes = try known.handle?.readCached(layout, range: range) { return bytes }
        return try await threads.run { [self] in
            let handle = try known.handle ?? openHandle(of: location.pack, deletionCount: known.deletionCount)
            do {
                return try handle.read(layout, range: range)
            } catch let error as BlobError where error.code == .corrupted {
                // A pack that was deleted under the reader is missing, which opening it again tells, not damaged.
                _ = try openHandle(of: location.pack, deletionCount: known.deletionCount)
                throw error
            }
        }
    }

    private func knownHandle(of pack: PackID) throws -> (handle: PackHandle?, deletionCount: Int) {
        try state.withLock { state in
            try Self.checkOpen(state)
            return (state.open[pack]?.handle ?? state.handles.handle(of: pack), state.deletionCount)
        }
    }

    /// Opens a pack for reading and keeps it open. Blocks.
    private func openHandle(of pack: PackID, deletionCount: Int) throws -> PackHandle {
        let file: (any PackFile)?
        var header = [UInt8](repeating: 0, count: PackHeader.length)
        do {
            file = try files.open(pack.fileName)
            let count = try header.withUnsafeMutableBytes { bytes in try file?.read(into: bytes, at: 0) ?? 0 }
            header.removeSubrange(count...)
        } catch {
            throw BlobError(.inputOutput, "the pack cannot be opened", pack: pack, cause: error)
        }
        guard let file, !header.isEmpty else { throw BlobError(.missing, "the pack does not exist", pack: pack) }
        let handle = PackHandle(
            file: file, cipher: SegmentCipher(try PackHeader(header, of: pack, storeKey: key), storeKey: key))
        state.withLock { state in
            if state.deletionCount == deletionCount, !state.isClosed { state.handles.keep(handle) }
        }
        return handle
    }
}

// MARK: Writing

extension PackStore {
    /// A new pack, whose existence is durable before any location in it is given out, with a share in it.
    func makePack(for session: PackSession) async throws -> OpenPack {
        try await threads.run { [self] in
            let id = state.withLock { state in
                let id = PackID(rawValue: state.nextID)
                state.nextID += 1
                state.making.insert(id)
                return id
            }
            defer { state.withLock { _ = $0.making.remove(id) } }
            do {
                let pack = OpenPack(try makeFile(of: id), session: session, threads: threads)
                try state.withLock { state in
                    try Self.checkOpen(state)
                    state.highestID = max(state.highestID, id.rawValue)
                    state.open[id] = pack
                }
                return pack
            } catch {
                // If even this fails, the file is garbage without a location, and found as such at the next start.
                try? files.remove(id.fileName)
                if let error = error as? BlobError { throw error }
                throw BlobError(.inputOutput, "a new pack cannot be made", pack: id, cause: error)
            }
        }
    }

    private func makeFile(of id: PackID) throws -> PackHandle {
        let header = PackHeader(pack: id, salt: makeSalt())
        let file = try files.create(id.fileName)
        try header.bytes(storeKey: key).withUnsafeBytes { bytes in try file.write(bytes, at: 0) }
        try file.sync()
        try files.syncDirectory()
        return PackHandle(file: file, cipher: SegmentCipher(header, storeKey: key))
    }

    /// A pack in which someone has a share, for tests that watch its commits.
    func openPack(_ id: PackID) -> OpenPack? {
        state.withLock { $0.open[id] }
    }

    /// Ends a share in packs.
    func leave(_ packs: [OpenPack], _ session: PackSession) async {
        for pack in packs {
            pack.leave(session)
            await sealUnused(pack)
        }
    }

    /// Lets go of a pack that nobody will append to any more; removes it if nothing in it was ever committed.
    private func sealUnused(_ pack: OpenPack) async {
        let isSealed = state.withLock { state in
            guard !pack.isUsed, state.open.removeValue(forKey: pack.id) != nil else { return false }
            if pack.wasCommitted { state.handles.keep(pack.handle) }
            return true
        }
        // Failing to remove it leaves garbage, which is found as such at the next start.
        if isSealed, !pack.wasCommitted { try? await delete(pack.id) }
    }
}

extension PackID {
    /// The name of the pack's file: 16 hexadecimal digits and `.pack`.
    var fileName: String {
        let digits = String(rawValue, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + ".pack"
    }

    /// The pack that a file holds; nil when the file is none.
    init?(fileName: String) {
        guard fileName.hasSuffix(".pack"), let number = UInt64(fileName.dropLast(5), radix: 16), number > 0,
            PackID(rawValue: number).fileName == fileName
        else { return nil }
        self.init(rawValue: number)
    }
}
