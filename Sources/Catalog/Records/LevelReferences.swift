/// Names stored level bytes (a Patient, Study or Series data set in Explicit VR Little Endian); rows are immutable and
/// may be shared by many versions and image sets.
public struct LevelID: RawRepresentable, Hashable, Sendable {
    /// The row's number.
    public var rawValue: Int64

    /// Wraps a row number.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The three levels of one version.
public struct LevelReferences: Sendable, Hashable {
    /// The Patient level.
    public var patient: LevelID
    /// The Study level.
    public var study: LevelID
    /// The Series level.
    public var series: LevelID

    /// Gathers the parts.
    public init(patient: LevelID, study: LevelID, series: LevelID) {
        self.patient = patient
        self.study = study
        self.series = series
    }
}

extension LevelReferences {
    /// The three of them.
    package var all: [LevelID] {
        [patient, study, series]
    }
}
