public import ImageSets

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

    /// The image set it is a version of.
    public var imageSet: ImageSetID
    /// Its number, from 1.
    public var number: Int
    /// How it came about, or how far that is.
    public var status: WorkflowStatus
    /// Whether the image set was primary in this version.
    public var isPrimary: Bool
    /// When the image set was made; equal in all its versions.
    public var createdAt: Timestamp
    /// When this version was made; nil for version 1.
    public var updatedAt: Timestamp?
    /// Why it failed, where it did; holds only characters of the model's `Message` pattern.
    public var message: String?
    /// Whether the change was forced (`overrides.forced`); nil where that does not apply.
    public var wasForced: Bool?
    /// Its Patient, Study and Series data sets.
    public var levels: LevelReferences
    /// No less than the bytes that its instances take in its metadata document; nil where nobody has counted.
    public var documentBytes: Int?

    /// Gathers the parts.
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
