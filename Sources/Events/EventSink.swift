public import Catalog

/// A place that events are delivered to. Every sink's test runs `EventSinkSuite`.
///
/// - What a receipt names as delivered survives whatever happens to this process afterwards.
/// - Of one resource, a later event MUST NOT be delivered while an earlier one of the same call is not.
/// - A call that is cut off may have delivered events that are then delivered again, under the same id.
public protocol EventSink: Sendable {
    /// The name that events wait for it under; no two sinks share one.
    var name: String { get }
    /// Delivers events, the oldest first, and tells how far it came; tries each once.
    func deliver(_ events: [EventRecord]) async -> EventReceipt
    /// Ends its connections and files; it is not used afterwards.
    func close() async throws
}

/// What became of events.
public struct EventReceipt: Sendable {
    /// Those that are delivered.
    public var delivered: Set<EventID>
    /// Why others are not, to be tried again; nil when all are.
    public var failure: EventSinkError?

    /// Gathers both.
    public init(delivered: Set<EventID>, failure: EventSinkError? = nil) {
        self.delivered = delivered
        self.failure = failure
    }
}

/// Why a sink took no events: in words for the log, without secrets and without what the sink answered.
public struct EventSinkError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    /// An error with its words.
    public init(_ description: String) {
        self.description = description
    }
}
