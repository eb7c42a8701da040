/// A found image set with the related counts of its study's primary sets.
public struct ImageSetHit: Sendable, Equatable {
    /// The image set as it stands now.
    public var imageSet: ImageSetRecord
    /// Series of its study; nil when the study has no primary set.
    public var numberOfStudyRelatedSeries: Int?
    /// Instances of its study; nil when the study has no primary set.
    public var numberOfStudyRelatedInstances: Int?
    /// Where the page after this row begins.
    public var position: ImageSetQuery.Position

    /// Gathers the parts.
    public init(
        imageSet: ImageSetRecord, numberOfStudyRelatedSeries: Int?, numberOfStudyRelatedInstances: Int?,
        position: ImageSetQuery.Position
    ) {
        self.imageSet = imageSet
        self.numberOfStudyRelatedSeries = numberOfStudyRelatedSeries
        self.numberOfStudyRelatedInstances = numberOfStudyRelatedInstances
        self.position = position
    }
}
