import ImageSets
import Synchronization

/// When image sets were accessed last, as far as the catalog does not know yet: reading a frame costs no write.
///
/// Memory holds an entry for each image set that was accessed since the last writing.
final class AccessLog: Sendable {
    private let unwritten = Mutex<[ImageSetID: Timestamp]>([:])

    /// Takes note of an access.
    func note(_ imageSet: ImageSetID, at instant: Timestamp) {
        unwritten.withLock { $0[imageSet] = instant }
    }

    /// The latest access that the catalog does not know yet.
    func latest(of imageSet: ImageSetID) -> Timestamp? {
        unwritten.withLock { $0[imageSet] }
    }

    /// All of them.
    var accesses: [ImageSetID: Timestamp] {
        unwritten.withLock { $0 }
    }

    /// Forgets what the catalog knows now; later accesses stay.
    func forget(_ written: [ImageSetID: Timestamp]) {
        unwritten.withLock { unwritten in
            for (imageSet, instant) in written where unwritten[imageSet] == instant { unwritten[imageSet] = nil }
        }
    }
}
