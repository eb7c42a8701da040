/// An instance together with the series and study it stands in.
public struct IndexedInstance: Sendable, Equatable {
    /// The instance.
    public var instance: InstanceRecord
    /// The series that it stands in.
    public var series: SeriesRecord

    /// Gathers the parts.
    public init(instance: InstanceRecord, series: SeriesRecord) {
        self.instance = instance
        self.series = series
    }
}
