import Blobs
import Foundation
import Synchronization

/// The end of a process: at one of the moments that matter to what is on the disk, everything stops, and a copy of the
/// folder is made as the next process will find it. Nothing that the dead store still does reaches the copy.
final class CrashPoint: Sendable {
    /// What is lost besides the process.
    enum Loss: CaseIterable {
        /// Nothing: kill -9. What was written is in the files, synced or not.
        case process
        /// What was appended to packs and not synced, with the machine's power. Catalogs sync every commit.
        case power
    }

    struct Killed: Error {
        let moment: String
    }

    private struct State {
        var momentsLeft: Int?
        var loss = Loss.process
        var deadAt: String?
        var commits = 0
        /// How many bytes of each pack are synced, by its path in the folder.
        var synced: [String: UInt64]
    }

    let folder: String
    /// Where the copy is made.
    let image: String
    private let state: Mutex<State>

    init(folder: String, image: String) throws {
        self.folder = folder
        self.image = image
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var lengths: [String: UInt64] = [:]
        for pack in try Self.packs(in: folder) { lengths[pack] = try Self.length(folder + "/" + pack) }
        state = Mutex(State(synced: lengths))
    }

    /// Dies at the n-th moment from now on.
    func arm(after moments: Int, _ loss: Loss) {
        state.withLock { state in
            state.momentsLeft = moments
            state.loss = loss
            state.commits = 0
        }
    }

    func disarm() {
        state.withLock { $0.momentsLeft = nil }
    }

    /// Where it died, if it did.
    var deadAt: String? { state.withLock { $0.deadAt } }
    /// How many transactions of the catalog were committed since it was armed.
    var commitCount: Int { state.withLock { $0.commits } }

    /// A moment at which a process may die.
    func pass(_ moment: String) throws {
        try state.withLock { state in
            if let moment = state.deadAt { throw Killed(moment: moment) }
            guard let left = state.momentsLeft else { return }
            state.momentsLeft = left - 1
            guard left == 1 else { return }
            state.deadAt = moment
            try takeImage(state)
            throw Killed(moment: moment)
        }
    }

    func noteCommit() {
        state.withLock { $0.commits += 1 }
    }

    /// The lengths of packs, as they are now.
    func lengths(of packs: Set<String>) throws -> [String: UInt64] {
        try packs.reduce(into: [:]) { $0[$1] = try Self.length(folder + "/" + $1) }
    }

    /// Takes note that packs were synced when they had these lengths at least.
    func noteSynced(_ lengths: [String: UInt64]) {
        state.withLock { $0.synced.merge(lengths) { max($0, $1) } }
    }

    private func takeImage(_ state: State) throws {
        try FileManager.default.copyItem(atPath: folder, toPath: image)
        guard state.loss == .power else { return }
        for pack in try Self.packs(in: image) {
            let path = image + "/" + pack
            // A pack's header is synced when it is made.
            let kept = min(try Self.length(path), state.synced[pack] ?? Self.headerLength)
            guard truncate(path, off_t(kept)) == 0 else { throw CocoaError(.fileWriteUnknown) }
        }
    }

    private static let headerLength: UInt64 = 96

    private static func packs(in folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pack") }
    }

    private static func length(_ path: String) throws -> UInt64 {
        guard let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber else {
            throw CocoaError(.fileReadUnknown)
        }
        return size.uint64Value
    }
}
