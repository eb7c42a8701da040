public import ImageSets

/// One image set as it stands now.
public struct ImageSetRecord: Sendable, Equatable {
    /// Whether the set may be changed.
    public enum State: String, Sendable { case active = "ACTIVE", locked = "LOCKED", deleted = "DELETED" }
    /// Where its bytes are kept.
    public enum StorageTier: String, Sendable {
        case frequentAccess = "FREQUENT_ACCESS", archiveInstantAccess = "ARCHIVE_INSTANT_ACCESS"
    }

    public var id: ImageSetID
    public var state: State
    public var isPrimary: Bool
    public var latestVersion: Int
    public var createdAt: Timestamp
    /// When the latest version was made; nil while there is only version 1.
    public var updatedAt: Timestamp?
    public var lastAccessedAt: Timestamp?
    public var storageTier: StorageTier
    /// What searches match and summaries show, taken from the latest version.
    public var attributes: ImageSetAttributes

    public init(
        id: ImageSetID, state: State, isPrimary: Bool, latestVersion: Int, createdAt: Timestamp, updatedAt: Timestamp?,
        lastAccessedAt: Timestamp?, storageTier: StorageTier, attributes: ImageSetAttributes
    ) {
        self.id = id
        self.state = state
        self.isPrimary = isPrimary
        self.latestVersion = latestVersion
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lastAccessedAt = lastAccessedAt
        self.storageTier = storageTier
        self.attributes = attributes
    }
}

/// The attributes of an image set that SearchImageSets and QIDO-RS match or show: plain text in UTF-8 without padding,
/// nil when absent or empty.
public struct ImageSetAttributes: Sendable, Hashable {
    public var grouping: GroupingKey
    public var patientName: String?
    public var patientBirthDate: String?
    public var patientBirthTime: String?
    public var patientSex: String?
    public var studyTime: String?
    public var studyDescription: String?
    public var referringPhysicianName: String?
    public var modality: String?
    public var bodyPartExamined: String?
    public var seriesDescription: String?
    public var seriesDate: String?
    public var seriesTime: String?
    public var performedProcedureStepStartDate: String?
    public var performedProcedureStepStartTime: String?

    public init(grouping: GroupingKey) {
        self.grouping = grouping
    }
}

/// One version of an image set; versions count from 1 and are never changed but for status and message.
public struct VersionRecord: Sendable, Equatable {
    /// ImageSetWorkflowStatus of the service model.
    public enum WorkflowStatus: String, Sendable {
        case created = "CREATED", copied = "COPIED", copying = "COPYING",
            copyingWithReadOnlyAccess = "COPYING_WITH_READ_ONLY_ACCESS", copyFailed = "COPY_FAILED",
            updating = "UPDATING", updatingForStudyConsistency = "UPDATING_FOR_STUDY_CONSISTENCY",
            updated = "UPDATED", updateFailed = "UPDATE_FAILED", deleting = "DELETING", deleted = "DELETED",
            importing = "IMPORTING", imported = "IMPORTED", importFailed = "IMPORT_FAILED"
    }

    public var imageSet: ImageSetID
    public var number: Int
    public var status: WorkflowStatus
    public var isPrimary: Bool
    public var createdAt: Timestamp
    /// When this version was made; nil for version 1.
    public var updatedAt: Timestamp?
    /// Why it failed, where it did; holds only characters of the model's `Message` pattern.
    public var message: String?
    public var wasForced: Bool?
    public var levels: LevelReferences

    public init(
        imageSet: ImageSetID, number: Int, status: WorkflowStatus, isPrimary: Bool, createdAt: Timestamp,
        updatedAt: Timestamp?, message: String?, wasForced: Bool?, levels: LevelReferences
    ) {
        self.imageSet = imageSet
        self.number = number
        self.status = status
        self.isPrimary = isPrimary
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.message = message
        self.wasForced = wasForced
        self.levels = levels
    }
}

/// Names stored level bytes (a Patient, Study or Series data set in Explicit VR Little Endian); rows are immutable and
/// may be shared by many versions and image sets.
public struct LevelID: RawRepresentable, Hashable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The three levels of one version.
public struct LevelReferences: Sendable, Hashable {
    public var patient: LevelID
    public var study: LevelID
    public var series: LevelID
    public init(patient: LevelID, study: LevelID, series: LevelID) {
        self.patient = patient
        self.study = study
        self.series = series
    }
}

/// Names one instance row.
public struct InstanceID: RawRepresentable, Hashable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Names the frames of one stored object as one image set shows them; the row half of every frame id. It stays the same
/// through metadata updates; a copy of the set has its own.
public struct FrameSetID: RawRepresentable, Hashable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One instance of an image set, from version `firstVersion` until before `endVersion` (nil: still there).
public struct InstanceRecord: Sendable, Equatable {
    public var id: InstanceID
    public var imageSet: ImageSetID
    public var firstVersion: Int
    public var endVersion: Int?
    public var object: StoredObjectID
    public var frameSet: FrameSetID
    public var attributes: InstanceAttributes
    public var createdAt: Timestamp

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

/// What instance searches match or show.
public struct InstanceAttributes: Sendable, Hashable {
    public var sopInstanceUID: String
    public var sopClassUID: String?
    public var instanceNumber: Int?
    public var rows: Int?
    public var columns: Int?
    public var bitsAllocated: Int?
    public var numberOfFrames: Int?
    /// WarningReason (0008,1196) codes of spec/20, ascending.
    public var warnings: [Int]

    public init(sopInstanceUID: String, sopClassUID: String? = nil, warnings: [Int] = []) {
        self.sopInstanceUID = sopInstanceUID
        self.sopClassUID = sopClassUID
        self.warnings = warnings
    }
}
