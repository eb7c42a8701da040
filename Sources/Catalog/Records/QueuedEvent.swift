/// An event in the queue of one sink.
public struct QueuedEvent: Sendable, Hashable {
    /// Its place: later events have greater numbers, and none is used twice.
    public var number: EventNumber
    /// What is told.
    public var event: EventRecord

    /// Gathers both.
    public init(number: EventNumber, event: EventRecord) {
        self.number = number
        self.event = event
    }
}

/// The place of an event in the queues of a catalog.
public struct EventNumber: Sendable, Hashable {
    /// The number.
    public var rawValue: Int64

    /// Wraps a number.
    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }
}
