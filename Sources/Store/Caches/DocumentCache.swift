import ImageSets
import NIOCore
import Synchronization

/// Compressed metadata documents, by image set and version. A version's document never changes.
final class DocumentCache: Sendable {
    private struct Key: Hashable {
        var imageSet: ImageSetID
        var version: Int
    }

    private let entries: Mutex<LRUCache<Key, ByteBuffer>>

    init(byteLimit: Int) {
        entries = Mutex(LRUCache(costLimit: byteLimit))
    }

    func document(of imageSet: ImageSetID, version: Int) -> ByteBuffer? {
        entries.withLock { $0.value(Key(imageSet: imageSet, version: version)) }
    }

    func keep(_ document: ByteBuffer, of imageSet: ImageSetID, version: Int) {
        entries.withLock {
            $0.insert(document, for: Key(imageSet: imageSet, version: version), cost: document.readableBytes)
        }
    }

    func remove(_ imageSet: ImageSetID) {
        entries.withLock { $0.removeAll { $0.imageSet == imageSet } }
    }
}
