import Blobs
import ImageSets
import NIOCore
import Synchronization

/// Frames that were read and opened last, across all data stores, so that a frame which many look at is decrypted and
/// checked once. A stored frame never changes; one whose image set is gone is not asked for again and is forgotten in
/// its turn.
final class FrameCache: Sendable {
    private struct Key: Hashable {
        var datastore: DatastoreID
        var location: BlobLocation
    }

    private let entries: Mutex<LRUCache<Key, ByteBuffer>>
    /// A frame that takes more than this share of the whole would push out too many others.
    private let largestFrame: Int

    init(byteLimit: Int) {
        entries = Mutex(LRUCache(costLimit: byteLimit))
        largestFrame = byteLimit / 16
    }

    func frame(at location: BlobLocation, of datastore: DatastoreID) -> ByteBuffer? {
        entries.withLock { $0.value(Key(datastore: datastore, location: location)) }
    }

    func keep(_ frame: ByteBuffer, at location: BlobLocation, of datastore: DatastoreID) {
        guard frame.readableBytes <= largestFrame else { return }
        entries.withLock {
            $0.insert(frame, for: Key(datastore: datastore, location: location), cost: frame.readableBytes + 256)
        }
    }

    /// Forgets a data store whose key was destroyed.
    func removeAll(of datastore: DatastoreID) {
        entries.withLock { $0.removeAll { $0.datastore == datastore } }
    }
}
