import Synchronization

/// Counts the changes of each kind that are under way in a data store, up to the quota of spec/10.
final class ChangeLimit: Sendable {
    enum Kind: String, Hashable {
        case copy = "CopyImageSet", delete = "DeleteImageSet", update = "UpdateImageSetMetadata"
    }

    private let most: Int
    private let running = Mutex<[Kind: Int]>([:])

    init(most: Int) {
        self.most = most
    }

    /// Runs a change; `quotaExceeded` when as many of its kind as may be are under way.
    func run<Result>(_ kind: Kind, _ body: () async throws -> Result) async throws -> Result {
        let isAllowed = running.withLock { running in
            guard running[kind, default: 0] < most else { return false }
            running[kind, default: 0] += 1
            return true
        }
        guard isAllowed else {
            throw StoreError(.quotaExceeded, "The data store has \(most) \(kind.rawValue) requests in progress")
        }
        defer { running.withLock { $0[kind, default: 1] -= 1 } }
        return try await body()
    }
}
