import Synchronization

/// Retries that all requests of a client share: while a service is down, each request fails after one try instead of
/// making the outage worse and the wait longer.
final class RetryBudget: Sendable {
    private static let capacity = 500
    private static let costOfRetry = 5

    private let tokens = Mutex(capacity)

    /// Takes a retry; false when there are none left.
    func spend() -> Bool {
        tokens.withLock { tokens in
            guard tokens >= Self.costOfRetry else { return false }
            tokens -= Self.costOfRetry
            return true
        }
    }

    /// A request that succeeded gives back what a retry costs.
    func earn() {
        tokens.withLock { $0 = min(Self.capacity, $0 + Self.costOfRetry) }
    }
}
