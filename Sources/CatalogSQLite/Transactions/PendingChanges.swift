import Blobs
import ImageSets

/// Changes of rows that many steps of a transaction change, kept until somebody reads the rows or the transaction ends:
/// so that a batch writes such a row once.
struct PendingChanges {
    /// What a transaction did to the instances of an image set.
    struct InstanceCount {
        /// Instances opened less instances ended.
        var opened = 0
        /// The last version at which one began or ended.
        var boundary = 0
    }

    /// What a transaction did to the bytes of a pack that objects refer to.
    struct PackUsage {
        var bytes: Int64 = 0
        /// Whether the pack may be left with none.
        var hasRemovals = false
    }

    var instanceCounts: [ImageSetID: InstanceCount] = [:]
    var packUsages: [PackID: PackUsage] = [:]
    /// Objects that were added or lost a reference, and may have none.
    var looseObjects: Set<Int64> = []
}
