/// The seven elements that decide which image set an instance belongs to (spec/20 "How instances become image sets").
///
/// Values are normalised on the way in: absent, empty and blank are all "", trailing padding is dropped. So two keys
/// are equal exactly when the instances do not conflict.
public struct GroupingKey: Hashable, Sendable {
    /// Study Date (0008,0020).
    public var studyDate: String
    /// Accession Number (0008,0050).
    public var accessionNumber: String
    /// Patient ID (0010,0020).
    public var patientID: String
    /// Study Instance UID (0020,000D).
    public var studyInstanceUID: String
    /// Study ID (0020,0010).
    public var studyID: String
    /// Series Instance UID (0020,000E).
    public var seriesInstanceUID: String
    /// Series Number (0020,0011).
    public var seriesNumber: String

    /// Gathers already normalised values.
    public init(
        studyDate: String, accessionNumber: String, patientID: String, studyInstanceUID: String, studyID: String,
        seriesInstanceUID: String, seriesNumber: String
    ) {
        self.studyDate = studyDate
        self.accessionNumber = accessionNumber
        self.patientID = patientID
        self.studyInstanceUID = studyInstanceUID
        self.studyID = studyID
        self.seriesInstanceUID = seriesInstanceUID
        self.seriesNumber = seriesNumber
    }
}
