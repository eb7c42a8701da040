import Blobs
import ImageSets

/// Everything an ``InMemoryCatalog`` holds: plain dictionaries, one for each kind of row.
struct InMemoryState: Sendable {
    struct ImageSetRow: Sendable {
        var record: ImageSetRecord
        /// The change that set each sort key.
        var changes: [ImageSetQuery.SortKey: Int64]
    }

    struct FrameSetRow: Sendable {
        var imageSet: ImageSetID
        var object: StoredObjectID
    }

    struct StoredObjectRow: Sendable {
        var record: StoredObjectRecord
        var frames: [FrameRecord]
    }

    struct TokenKey: Hashable, Sendable {
        var token: String
        var operation: String
    }

    var imageSets: [ImageSetID: ImageSetRow] = [:]
    var versions: [ImageSetID: [Int: VersionRecord]] = [:]
    var levels: [LevelID: [UInt8]] = [:]
    var instances: [InstanceID: InstanceRecord] = [:]
    var frameSets: [FrameSetID: FrameSetRow] = [:]
    var objects: [StoredObjectID: StoredObjectRow] = [:]
    var studies: [String: StudyRecord] = [:]
    var series: [String: SeriesRecord] = [:]
    var jobs: [ImportJobID: ImportJobRecord] = [:]
    var files: [ImportJobID: [String: ImportFileRecord]] = [:]
    var tokens: [TokenKey: ClientTokenRecord] = [:]
    var tags: [String: [String: String]] = [:]
    var events = InMemoryEventQueues()

    /// How many changes of image sets there were.
    private(set) var changeCount: Int64 = 0

    mutating func nextChange() -> Int64 {
        changeCount += 1
        return changeCount
    }

    private var lastLevel: Int64 = 0
    private var lastInstance: Int64 = 0
    private var lastFrameSet: Int64 = 0
    private var lastObject: Int64 = 0

    // Row numbers are never used twice: a frame id of a deleted image set must not show another's frames.

    mutating func nextLevelID() -> LevelID {
        lastLevel += 1
        return LevelID(rawValue: lastLevel)
    }

    mutating func nextInstanceID() -> InstanceID {
        lastInstance += 1
        return InstanceID(rawValue: lastInstance)
    }

    mutating func nextFrameSetID() -> FrameSetID {
        lastFrameSet += 1
        return FrameSetID(rawValue: lastFrameSet)
    }

    mutating func nextObjectID() -> StoredObjectID {
        lastObject += 1
        return StoredObjectID(rawValue: lastObject)
    }
}
