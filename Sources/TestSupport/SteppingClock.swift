public import ImageSets
import Synchronization

/// A clock that goes forward with every look at it, so that no two instants are the same, and stands still between them.
public final class SteppingClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)
    private let step: Int64

    /// A clock whose looks are `step` milliseconds apart.
    public init(step: Int64 = 1) {
        self.step = step
    }

    /// The time, later than all told before.
    public var now: Timestamp {
        Timestamp(
            milliseconds: milliseconds.withLock { milliseconds in
                milliseconds += step
                return milliseconds
            })
    }

    /// Lets time pass.
    public func advance(seconds: Int64) {
        milliseconds.withLock { $0 += seconds * 1_000 }
    }
}
