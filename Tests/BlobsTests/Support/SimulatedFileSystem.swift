import Glibc
import Synchronization

@testable import Blobs

/// A folder in memory that fails when told to, counts what is asked of it, and knows what a power cut would leave.
///
/// Faults: the n-th call that may fail fails, once or for ever, with a chosen error number; a write that fails has
/// written its first half. A power cut leaves what was synced; of each later write all, nothing, or its first half; and
/// files whose folder entry was never synced may be gone.
final class SimulatedFileSystem: PackFileSystem {
    enum Mode: CaseIterable {
        case once
        case forever
    }

    /// What a power cut leaves of writes that were not synced.
    enum PowerCut: CaseIterable {
        case losesUnsynced
        case tearsUnsynced
        case keepsUnsynced
    }

    struct Call: Hashable {
        var name: String
        var file: String
    }

    /// Called before each call, on the thread that calls; may block.
    typealias Gate = @Sendable (Call) -> Void

    private struct State {
        var files: [String: SimulatedFile] = [:]
        /// The entries of the folder that a power cut leaves.
        var durableNames: Set<String> = []
        var calls: [Call] = []
        var failAt: Int?
        var mode = Mode.once
        var errorNumber = EIO
        var isReadFromDevice = false
    }

    private let state = Mutex(State())
    private let gate: Gate?
    let isImmediate: Bool

    init(isImmediate: Bool = true, gate: Gate? = nil) {
        self.isImmediate = isImmediate
        self.gate = gate
    }

    /// Makes the n-th call from now on fail.
    func fail(at call: Int, _ mode: Mode, errorNumber: Int32 = EIO) {
        state.withLock { state in
            state.failAt = state.calls.count + call
            state.mode = mode
            state.errorNumber = errorNumber
        }
    }

    /// Makes nothing fail from now on; answers whether anything was to fail already.
    @discardableResult
    func heal() -> Bool {
        state.withLock { state in
            defer { state.failAt = nil }
            return state.failAt.map { state.calls.count >= $0 } ?? false
        }
    }

    /// Makes reads miss the cache.
    func dropCache() {
        state.withLock { $0.isReadFromDevice = true }
    }

    var isCached: Bool { state.withLock { !$0.isReadFromDevice } }

    var calls: [Call] { state.withLock { $0.calls } }

    func callCount(_ name: String) -> Int {
        calls.count { $0.name == name }
    }

    /// Counts a call, and throws if it is its turn to fail.
    func pass(_ name: String, _ file: String = "") throws(FileError) {
        let call = Call(name: name, file: file)
        gate?(call)
        let failure = state.withLock { state -> FileError? in
            state.calls.append(call)
            guard let failAt = state.failAt else { return nil }
            let isDue = state.mode == .once ? state.calls.count == failAt : state.calls.count >= failAt
            return isDue ? FileError(call: name, number: state.errorNumber) : nil
        }
        if let failure { throw failure }
    }

    /// The folder as it is found after a power cut.
    func afterPowerCut(_ cut: PowerCut) -> SimulatedFileSystem {
        let (files, durable) = state.withLock { ($0.files, $0.durableNames) }
        let image = SimulatedFileSystem()
        image.state.withLock { state in
            for (name, file) in files where durable.contains(name) || cut == .keepsUnsynced {
                state.files[name] = SimulatedFile(name, image, bytes: file.bytesAfterPowerCut(cut))
                state.durableNames.insert(name)
            }
        }
        return image
    }

    /// Changes the bytes of a file behind the store's back.
    func alter(_ name: String, _ change: (inout [UInt8]) -> Void) {
        state.withLock { $0.files[name] }?.alter(change)
    }

    func bytes(of name: String) -> [UInt8] {
        state.withLock { $0.files[name] }?.bytes ?? []
    }

    /// Makes one file another's twin: a whole file put in the other's place.
    func copy(_ name: String, to other: String) {
        let bytes = bytes(of: name)
        state.withLock { $0.files[other] = SimulatedFile(other, self, bytes: bytes) }
    }

    // MARK: PackFileSystem

    func list() throws(FileError) -> [FileEntry] {
        try pass("list")
        return state.withLock { state in
            state.files.map { FileEntry(name: $0.key, byteCount: UInt64($0.value.bytes.count)) }
        }
    }

    func create(_ name: String) throws(FileError) -> any PackFile {
        try pass("create", name)
        let file = SimulatedFile(name, self, bytes: [])
        let isNew = state.withLock { $0.files.updateValue(file, forKey: name) == nil }
        precondition(isNew, "a pack's name is given out once")
        return file
    }

    func open(_ name: String) throws(FileError) -> (any PackFile)? {
        try pass("open", name)
        return state.withLock { $0.files[name] }
    }

    func empty(_ name: String) throws(FileError) {
        try pass("empty", name)
        state.withLock { $0.files[name] }?.alter { $0 = [] }
    }

    func remove(_ name: String) throws(FileError) {
        try pass("remove", name)
        state.withLock { $0.files[name] = nil }
    }

    func syncDirectory() throws(FileError) {
        try pass("syncDirectory")
        state.withLock { $0.durableNames = Set($0.files.keys) }
    }
}

/// A file that remembers which writes were synced.
final class SimulatedFile: PackFile {
    private struct Write {
        var offset: Int
        var bytes: [UInt8]
    }

    private struct State {
        var bytes: [UInt8]
        var durable: [UInt8]
        var unsynced: [Write] = []
        /// Every byte range ever written, for finding one that is written twice.
        var written: [Range<Int>] = []
    }

    private let name: String
    private let system: SimulatedFileSystem
    private let state: Mutex<State>

    init(_ name: String, _ system: SimulatedFileSystem, bytes: [UInt8]) {
        self.name = name
        self.system = system
        state = Mutex(State(bytes: bytes, durable: bytes))
    }

    var bytes: [UInt8] { state.withLock { $0.bytes } }

    func alter(_ change: (inout [UInt8]) -> Void) {
        state.withLock { state in
            change(&state.bytes)
            state.durable = state.bytes
        }
    }

    func bytesAfterPowerCut(_ cut: SimulatedFileSystem.PowerCut) -> [UInt8] {
        state.withLock { state in
            switch cut {
            case .losesUnsynced: return state.durable
            case .keepsUnsynced: return state.bytes
            case .tearsUnsynced:
                return state.unsynced.reduce(into: state.durable) { bytes, write in
                    Self.put(Array(write.bytes.prefix(write.bytes.count / 2)), at: write.offset, into: &bytes)
                }
            }
        }
    }

    func write(_ source: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) {
        do {
            try system.pass("write", name)
        } catch {
            put(Array(source.prefix(source.count / 2)), at: Int(offset))
            throw error
        }
        put(Array(source), at: Int(offset))
    }

    private func put(_ bytes: [UInt8], at offset: Int) {
        state.withLock { state in
            let range = offset..<offset + bytes.count
            precondition(!state.written.contains { $0.overlaps(range) }, "a byte range is written at most once")
            state.written.append(range)
            state.unsynced.append(Write(offset: offset, bytes: bytes))
            Self.put(bytes, at: offset, into: &state.bytes)
        }
    }

    private static func put(_ source: [UInt8], at offset: Int, into bytes: inout [UInt8]) {
        if bytes.count < offset + source.count {
            bytes += [UInt8](repeating: 0, count: offset + source.count - bytes.count)
        }
        bytes.replaceSubrange(offset..<offset + source.count, with: source)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        try system.pass("read", name)
        return fill(buffer, at: offset)
    }

    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
        system.isCached ? fill(buffer, at: offset) : 0
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
        state.withLock { state in
            guard Int(offset) < state.bytes.count else { return 0 }
            let part = state.bytes[Int(offset)...].prefix(buffer.count)
            buffer.copyBytes(from: part)
            return part.count
        }
    }

    func sync() throws(FileError) {
        do {
            try system.pass("sync", name)
        } catch {
            // As Linux does: the pages that could not be written are dropped and marked clean.
            state.withLock { $0.unsynced = [] }
            throw error
        }
        state.withLock { state in
            for write in state.unsynced { Self.put(write.bytes, at: write.offset, into: &state.durable) }
            state.unsynced = []
        }
    }
}
