import ImageSets
import Synchronization

/// What the instances of image set versions take in their metadata documents, where it was counted. A version never
/// changes, so what was counted stays true; what is forgotten is counted again.
final class DocumentSizes: Sendable {
    /// A version of an image set.
    struct Key: Hashable {
        var imageSet: ImageSetID
        var version: Int
    }

    private let entries: Mutex<LRUCache<Key, Int>>

    init(entryLimit: Int = 4_096) {
        entries = Mutex(LRUCache(costLimit: entryLimit))
    }

    func bytes(of key: Key) -> Int? {
        entries.withLock { $0.value(key) }
    }

    func note(_ bytes: Int, of key: Key) {
        entries.withLock { $0.insert(bytes, for: key, cost: 1) }
    }
}
