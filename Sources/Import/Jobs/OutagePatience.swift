import Synchronization

/// How long a job waits for an object store that is down: some minutes in all, which its files share; what is asked
/// after that fails at once. A success makes it patient again.
final class OutagePatience: Sendable {
    /// Pauses that last about five minutes together.
    static let minutes: [Duration] =
        [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(15)]
        + Array(repeating: .seconds(30), count: 9)

    private let pauses: [Duration]
    private let used = Mutex(0)

    init(_ pauses: [Duration]) {
        self.pauses = pauses
    }

    /// Runs `body` until it does not find the store down, or patience ends.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        while true {
            do {
                let result = try await body()
                used.withLock { $0 = 0 }
                return result
            } catch let error as ObjectStoreError where error.code == .unavailable {
                let pause = used.withLock { used -> Duration? in
                    guard used < pauses.count else { return nil }
                    used += 1
                    return pauses[used - 1]
                }
                guard let pause else { throw error }
                try await Task.sleep(for: pause)
            }
        }
    }
}
