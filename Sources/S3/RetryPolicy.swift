/// How often and after what pause a request that failed for a passing reason is made again.
public struct RetryPolicy: Sendable {
    /// Requests in all, the first one included.
    public var maximumAttempts = 5
    /// The longest pause before the second request; it doubles with each further one.
    public var firstPause = Duration.milliseconds(100)
    /// The longest pause.
    public var longestPause = Duration.seconds(10)
    /// The longest pause that a server may ask for with Retry-After.
    public var longestRequestedPause = Duration.seconds(60)

    /// Five requests within some seconds.
    public init() {}

    /// The pause before request `attempt + 1`, counted from 1: "full jitter", any part of a bound that doubles, so that
    /// clients which failed together do not come back together.
    ///
    /// `random` is in 0..<1.
    public func pause(after attempt: Int, random: Double, requested: Duration? = nil) -> Duration {
        if let requested { return min(max(requested, .zero), longestRequestedPause) }
        let bound = min(firstPause * (1 << min(max(attempt - 1, 0), 20)), longestPause)
        return bound * min(max(random, 0), 1)
    }
}
