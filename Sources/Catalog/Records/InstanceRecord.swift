public import ImageSets

/// Names one instance row.
public struct InstanceID: RawRepresentable, Hashable, Sendable {
    /// The row's number.
    public var rawValue: Int64

    /// Wraps a row number.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Names the frames of one stored object as one image set shows them; the row half of every frame id. It stays the same
/// through metadata updates; a copy of the set has its own.
public struct FrameSetID: RawRepresentable, Hashable, Sendable {
    /// The row's number.
    public var rawValue: Int64

    /// Wraps a row number.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One instance of an image set, from version `firstVersion` until before `endVersion` (nil: still there).
public struct InstanceRecord: Sendable, Equatable {
    /// Its row.
    public var id: InstanceID
    /// The image set it is in.
    public var imageSet: ImageSetID
    /// The first version that has it.
    public var firstVersion: Int
    /// The first version after `firstVersion` that no longer has it; nil: still there.
    public var endVersion: Int?
    /// What was imported.
    public var object: StoredObjectID
    /// Under which frame ids its frames are read.
    public var frameSet: FrameSetID
    /// What searches match and show.
    public var attributes: InstanceAttributes
    /// When the row was made: the last update of the instance.
    public var createdAt: Timestamp
    /// What was done to the instance through the API, in the byte form of `InstanceEdits`; nil: it is as imported.
    public var edits: [UInt8]?

    /// Gathers the parts.
    public init(
        id: InstanceID, imageSet: ImageSetID, firstVersion: Int, endVersion: Int?, object: StoredObjectID,
        frameSet: FrameSetID, attributes: InstanceAttributes, createdAt: Timestamp
    ) {
        self.id = id
        self.imageSet = imageSet
        self.firstVersion = firstVersion
        self.endVersion = endVersion
        self.object = object
        self.frameSet = frameSet
        self.attributes = attributes
        self.createdAt = createdAt
    }
}
