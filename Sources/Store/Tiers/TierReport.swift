/// What keeping the tiers of a data store has done.
public struct TierReport: Sendable, Equatable {
    /// Image sets that were left alone for long enough.
    public var archivedImageSets = 0
    /// Image sets that were accessed while they were archived.
    public var restoredImageSets = 0
    /// Objects whose bytes were moved, to either place.
    public var movedObjects = 0
    /// The bytes of these.
    public var movedBytes: Int64 = 0
    /// Why objects could not be moved; they stay where they are, can be read there, and are tried again.
    public var failures: [String] = []

    /// An empty report.
    public init() {}

    /// Whether there is nothing to tell.
    public var isEmpty: Bool {
        self == TierReport()
    }
}
