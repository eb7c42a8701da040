public import ImageSets

/// A study as its primary image sets show it.
public struct StudyRecord: Sendable, Equatable {
    public var studyInstanceUID: String
    /// Patient and study attributes of the most recently updated primary set.
    public var attributes: ImageSetAttributes
    /// The primary set those came from.
    public var imageSet: ImageSetID
    public var updatedAt: Timestamp
    /// Derived from the series rows when read; ignored when written.
    public var modalities: [String] = []
    public var numberOfSeries: Int = 0
    public var numberOfInstances: Int = 0

    public init(studyInstanceUID: String, attributes: ImageSetAttributes, imageSet: ImageSetID, updatedAt: Timestamp) {
        self.studyInstanceUID = studyInstanceUID
        self.attributes = attributes
        self.imageSet = imageSet
        self.updatedAt = updatedAt
    }
}

/// A series with the one primary image set that holds it.
public struct SeriesRecord: Sendable, Equatable {
    public var seriesInstanceUID: String
    public var studyInstanceUID: String
    public var imageSet: ImageSetID
    public var attributes: ImageSetAttributes
    public var numberOfInstances: Int
    public var updatedAt: Timestamp

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

/// An instance together with the series and study it stands in.
public struct IndexedInstance: Sendable, Equatable {
    public var instance: InstanceRecord
    public var series: SeriesRecord
    public init(instance: InstanceRecord, series: SeriesRecord) {
        self.instance = instance
        self.series = series
    }
}
