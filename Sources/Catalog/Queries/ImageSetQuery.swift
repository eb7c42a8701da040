public import ImageSets

/// A SearchImageSets request (spec/10).
public struct ImageSetQuery: Sendable {
    /// What must hold; text is compared exactly, and an empty value matches nothing.
    public enum Filter: Sendable, Hashable {
        case patientID(String), accessionNumber(String), studyID(String)
        case studyInstanceUID(String), seriesInstanceUID(String)
        case createdAt(ClosedRange<Timestamp>), updatedAt(ClosedRange<Timestamp>)
        /// `YYYYMMDDhhmmss` bounds, inclusive.
        case studyDateAndTime(ClosedRange<String>)
        case isPrimary(Bool)
    }
    /// What orders the answer; sets without the key come last, ties go by id.
    public enum SortKey: String, Sendable, CaseIterable {
        case updatedAt, createdAt, studyDateAndTime = "DICOMStudyDateAndTime"
    }

    /// What must hold; all of it.
    public var filters: [Filter] = []
    /// What orders the answer.
    public var sortKey: SortKey = .updatedAt
    /// Whether the smallest key comes first.
    public var isAscending: Bool = false
    /// How many image sets to answer at most.
    public var limit: Int
    /// Where the page before ended.
    public var after: Position?

    /// The place of the last row of a page, stable under concurrent changes: a row is shown at most once, and what
    /// existed when the first page was read is never skipped unless its sort key changed.
    public struct Position: Sendable, Hashable {
        /// The row's sort key as text (milliseconds, or ``ImageSetAttributes/studyDateAndTime``), nil when it has none.
        public var key: String?
        /// The row itself.
        public var id: ImageSetID
        /// When the first page was read, as the number of changes until then: no clock tells two changes apart for
        /// sure. Rows whose sort key was set later are left out.
        public var startedAt: Int64

        /// Gathers the parts.
        public init(key: String?, id: ImageSetID, startedAt: Int64) {
            self.key = key
            self.id = id
            self.startedAt = startedAt
        }
    }

    /// Gathers the parts.
    public init(limit: Int) {
        self.limit = limit
    }
}
