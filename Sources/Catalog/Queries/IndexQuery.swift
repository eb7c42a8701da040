/// A page of a QIDO-RS search.
public struct IndexQuery: Sendable {
    /// What must hold; all of it.
    public var matches: [Match]
    /// Date and time matched as one instant when both are ranges: pairs of keys in `matches` are combined. An open or
    /// absent time bound then means the start or the end of the day.
    public var combinesDateAndTime: Bool = true
    /// How many records to pass over.
    public var offset: Int
    /// How many records to answer at most.
    public var limit: Int

    /// Gathers the parts.
    public init(matches: [Match], offset: Int, limit: Int) {
        self.matches = matches
        self.offset = offset
        self.limit = limit
    }
}

/// The order of instance searches (spec/40 "Order").
public enum InstanceOrder: Sendable { case instanceNumber, newestUpdateFirst }
