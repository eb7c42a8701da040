/// Which image sets a batch of arriving instances goes to.
public struct ImportPlan: Sendable, Equatable {
    /// An image set that instances go to.
    public enum Destination: Sendable, Hashable {
        /// A new primary image set: version 1, CREATED.
        case newPrimary(GroupingKey)
        /// A new version of a primary image set that stands: IMPORTED.
        case existingPrimary(ImageSetID)
        /// A new image set beside the primary hierarchy, for what conflicts with it.
        case newNonPrimary(GroupingKey)
    }

    /// An arrival that a later one with the same SOP Instance UID and the same destination takes the place of.
    public struct Superseded: Sendable, Hashable {
        /// The index of the earlier arrival, which is stored nowhere.
        public var arrival: Int
        /// The index of the one that stays.
        public var successor: Int

        /// Gathers the indexes.
        public init(arrival: Int, successor: Int) {
            self.arrival = arrival
            self.successor = successor
        }
    }

    /// What one image set gets.
    public struct Target: Sendable, Equatable {
        /// The image set.
        public var destination: Destination
        /// Indexes of the arrivals that become its instances, ascending; never empty.
        public var arrivals: [Int] = []
        /// Arrivals that came for it and were superseded, by ascending index.
        public var superseded: [Superseded] = []
        /// SOP Instance UIDs of instances it has, which end with this version because a newer copy replaces them.
        public var replacedInstances: Set<String> = []
    }

    /// The image sets, in the order in which the batch first needs them.
    public var targets: [Target]
    /// Image sets that are locked and bear on the decision: wait until the change in progress is over, then plan again.
    public var lockedImageSets: Set<ImageSetID>
}
