public import ImageSets

/// A study as its primary image sets show it.
public struct StudyRecord: Sendable, Equatable {
    /// Study Instance UID (0020,000D).
    public var studyInstanceUID: String
    /// Patient and study attributes of the most recently updated primary set.
    public var attributes: ImageSetAttributes
    /// The primary set those came from.
    public var imageSet: ImageSetID
    /// When one of its primary sets was last changed.
    public var updatedAt: Timestamp
    /// Derived from the series rows when read; ignored when written.
    public var modalities: [String] = []
    /// How many series records it has; derived, as `modalities`.
    public var numberOfSeries: Int = 0
    /// How many instances those have together; derived, as `modalities`.
    public var numberOfInstances: Int = 0

    /// Gathers the parts.
    public init(studyInstanceUID: String, attributes: ImageSetAttributes, imageSet: ImageSetID, updatedAt: Timestamp) {
        self.studyInstanceUID = studyInstanceUID
        self.attributes = attributes
        self.imageSet = imageSet
        self.updatedAt = updatedAt
    }
}
