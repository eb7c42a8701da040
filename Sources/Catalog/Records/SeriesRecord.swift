public import ImageSets

/// A series with the one primary image set that holds it.
public struct SeriesRecord: Sendable, Equatable {
    /// Series Instance UID (0020,000E).
    public var seriesInstanceUID: String
    /// The study it stands in.
    public var studyInstanceUID: String
    /// The primary set that holds it; no other series names the same set.
    public var imageSet: ImageSetID
    /// The attributes of that set.
    public var attributes: ImageSetAttributes
    /// How many instances the set has now.
    public var numberOfInstances: Int
    /// When the set was last changed.
    public var updatedAt: Timestamp

    /// Gathers the parts.
    public init(
        seriesInstanceUID: String, studyInstanceUID: String, imageSet: ImageSetID, attributes: ImageSetAttributes,
        numberOfInstances: Int, updatedAt: Timestamp
    ) {
        self.seriesInstanceUID = seriesInstanceUID
        self.studyInstanceUID = studyInstanceUID
        self.imageSet = imageSet
        self.attributes = attributes
        self.numberOfInstances = numberOfInstances
        self.updatedAt = updatedAt
    }
}
