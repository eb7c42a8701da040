import Synchronization

/// Wakes those who deliver events when there may be new ones.
public final class EventBell: Sendable {
    private let listeners = Mutex<[AsyncStream<Void>.Continuation]>([])

    /// A bell that nobody listens to.
    public init() {}

    /// Wakes all who listen; one who is awake looks once more.
    public func ring() {
        for listener in listeners.withLock({ $0 }) { listener.yield() }
    }

    /// An element for whatever was rung since the one before.
    public func listen() -> AsyncStream<Void> {
        let (stream, listener) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        listeners.withLock { $0.append(listener) }
        return stream
    }
}
