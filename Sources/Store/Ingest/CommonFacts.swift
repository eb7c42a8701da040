import ImageSets
import Synchronization

/// Lets the instances of an ingest share what they have in common with others of their series: a series of thousands
/// would hold as many copies of its levels until it is committed.
final class CommonFacts: Sendable {
    private let known = Mutex<[String: InstanceFacts]>([:])

    /// How many series are remembered; files of more at a time share less.
    private static let seriesMax = 64

    /// The same facts, their parts one with those of an earlier instance where they are equal.
    func sharing(_ facts: InstanceFacts) -> InstanceFacts {
        let series = facts.grouping.seriesInstanceUID
        var facts = facts
        if let earlier = known.withLock({ $0[series] }) {
            if facts.grouping == earlier.grouping { facts.grouping = earlier.grouping }
            facts.levels.share(with: earlier.levels)
        }
        known.withLock { known in
            if known.count == Self.seriesMax, known[series] == nil { known.removeAll() }
            known[series] = facts
        }
        return facts
    }
}
