import Catalog
import ImageSets
import Synchronization

/// The frame tables read last, in runs of ``runLength`` frames, so that serving a frame needs no catalog.
final class FrameTableCache: Sendable {
    /// Frames loaded together.
    static let runLength = 64

    /// What a run tells of its frames.
    struct Run: Sendable {
        var imageSet: ImageSetID
        var object: StoredObjectID
        /// What `GetImageFrame` calls these frames.
        var contentType: String
        var frames: [FrameRecord]

        /// A frame of this run; nil when there is none, or when the run belongs to another image set.
        func frame(_ index: Int, of imageSet: ImageSetID) -> FrameRecord? {
            imageSet == self.imageSet && index < frames.count ? frames[index] : nil
        }
    }

    private struct Key: Hashable {
        var frameSet: FrameSetID
        var run: Int
    }

    private let runs: Mutex<LRUCache<Key, Run>>

    init(entryLimit: Int) {
        runs = Mutex(LRUCache(costLimit: entryLimit))
    }

    func run(_ number: Int, of frameSet: FrameSetID) -> Run? {
        runs.withLock { $0.value(Key(frameSet: frameSet, run: number)) }
    }

    func keep(_ run: Run, number: Int, of frameSet: FrameSetID) {
        runs.withLock { $0.insert(run, for: Key(frameSet: frameSet, run: number), cost: run.frames.count + 1) }
    }

    func removeAll() {
        runs.withLock { $0.removeAllValues { _ in true } }
    }

    func removeAll(of imageSet: ImageSetID) {
        runs.withLock { $0.removeAllValues { $0.imageSet == imageSet } }
    }
}
