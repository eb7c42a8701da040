/// Threads that share a piece of work; the codec itself makes none.
public struct Workers: Sendable {
    /// How many run at the same time.
    public let count: Int
    /// Calls its second argument once with each number below its first, at the same time or not, and returns when all
    /// calls have; such as `DispatchQueue.concurrentPerform`.
    public let run: @Sendable (Int, @Sendable (Int) -> Void) -> Void

    /// Workers that `run` provides; a count below one counts as one.
    public init(_ count: Int, run: @escaping @Sendable (Int, @Sendable (Int) -> Void) -> Void) {
        self.count = max(count, 1)
        self.run = run
    }

    /// The caller's own thread.
    public static let one = Workers(1) { count, body in
        for index in 0..<count { body(index) }
    }
}
