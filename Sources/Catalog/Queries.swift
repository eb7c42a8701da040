public import ImageSets

/// One condition of a QIDO-RS search (PS3.18 8.3.4). All conditions of a query hold together.
public struct Match: Sendable, Hashable {
    /// What can be matched.
    public enum Key: String, Sendable, CaseIterable {
        case patientName, patientID, patientBirthDate, patientBirthTime
        case studyInstanceUID, studyDate, studyTime, studyID, accessionNumber, studyDescription
        case referringPhysicianName, modalitiesInStudy
        case seriesInstanceUID, modality, seriesNumber, seriesDescription, bodyPartExamined, seriesDate, seriesTime
        case performedProcedureStepStartDate, performedProcedureStepStartTime
        case sopInstanceUID, sopClassUID, instanceNumber, warningReason
    }

    /// How it must match.
    public enum Condition: Sendable, Hashable {
        /// Equal to one of these; person names ignore case.
        case anyOf([String])
        /// Between both bounds, inclusive, compared as text; nil is open. A record without the value never matches.
        case range(lower: String?, upper: String?)
        /// `*` any run, `?` any one character; person names ignore case.
        case wildcard(String)
        /// One of the words (lower case) is a prefix of a word of the value, split at `^ = ,` and space.
        case anyWordPrefix([String])
    }

    public var key: Key
    public var condition: Condition

    public init(_ key: Key, _ condition: Condition) {
        self.key = key
        self.condition = condition
    }
}

/// A page of a QIDO-RS search.
public struct IndexQuery: Sendable {
    public var matches: [Match]
    /// Date and time matched as one instant when both are ranges: pairs of keys in `matches` are combined.
    public var combinesDateAndTime: Bool = true
    public var offset: Int
    public var limit: Int

    public init(matches: [Match], offset: Int, limit: Int) {
        self.matches = matches
        self.offset = offset
        self.limit = limit
    }
}

/// The order of instance searches (spec/40 "Order").
public enum InstanceOrder: Sendable { case instanceNumber, newestUpdateFirst }

/// A SearchImageSets request (spec/10).
public struct ImageSetQuery: Sendable {
    /// What must hold; all of them.
    public enum Filter: Sendable, Hashable {
        case patientID(String), accessionNumber(String), studyID(String)
        case studyInstanceUID(String), seriesInstanceUID(String)
        case createdAt(ClosedRange<Timestamp>), updatedAt(ClosedRange<Timestamp>)
        /// `YYYYMMDDhhmmss` bounds, inclusive.
        case studyDateAndTime(ClosedRange<String>)
        case isPrimary(Bool)
    }
    /// What orders the answer; sets without the key come last, ties go by id.
    public enum SortKey: String, Sendable { case updatedAt, createdAt, studyDateAndTime = "DICOMStudyDateAndTime" }

    public var filters: [Filter] = []
    public var sortKey: SortKey = .updatedAt
    public var isAscending: Bool = false
    public var limit: Int
    /// Where the page before ended.
    public var after: Position?

    /// The place of the last row of a page, stable under concurrent changes: a row is shown at most once, and what
    /// existed when the first page was read is never skipped unless its sort key changed.
    public struct Position: Sendable, Hashable {
        /// The row's sort key as text, nil when it has none.
        public var key: String?
        public var id: ImageSetID
        /// Rows changed after this instant keep their old place or are left out.
        public var startedAt: Timestamp
        public init(key: String?, id: ImageSetID, startedAt: Timestamp) {
            self.key = key
            self.id = id
            self.startedAt = startedAt
        }
    }

    public init(limit: Int) {
        self.limit = limit
    }
}

/// A found image set with the related counts of its study's primary sets.
public struct ImageSetHit: Sendable, Equatable {
    public var imageSet: ImageSetRecord
    public var numberOfStudyRelatedSeries: Int?
    public var numberOfStudyRelatedInstances: Int?
    public var position: ImageSetQuery.Position

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
