public import ImageSets

/// One DICOM import job.
public struct ImportJobRecord: Sendable, Equatable {
    /// JobStatus of the service model.
    public enum Status: String, Sendable, CaseIterable {
        case submitted = "SUBMITTED", inProgress = "IN_PROGRESS", completed = "COMPLETED", failed = "FAILED"
    }

    /// Its name.
    public var id: ImportJobID
    /// The caller's name for it.
    public var name: String
    /// How far it is.
    public var status: Status
    /// The role the caller named.
    public var dataAccessRoleARN: String
    /// The folder its files are read from.
    public var inputS3URI: String
    /// The folder its results are written under.
    public var outputS3URI: String
    /// The job's own folder, known once the output is written.
    public var resultS3URI: String?
    /// The account that owns the input bucket, when it is another's.
    public var inputOwnerAccountID: String?
    /// `importConfiguration` of the request as JSON text.
    public var importConfiguration: String?
    /// When it was submitted.
    public var submittedAt: Timestamp
    /// When it was completed or failed.
    public var endedAt: Timestamp?
    /// Why it failed; of a completed job, what its owner should know.
    public var message: String?
    /// Which worker runs it now; nil when none does.
    public var lease: ImportJobLease?

    /// Gathers the parts.
    public init(
        id: ImportJobID, name: String, status: Status, dataAccessRoleARN: String, inputS3URI: String,
        outputS3URI: String, submittedAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.status = status
        self.dataAccessRoleARN = dataAccessRoleARN
        self.inputS3URI = inputS3URI
        self.outputS3URI = outputS3URI
        self.submittedAt = submittedAt
    }
}

/// The right of one worker to run a job, until it ends unless it is renewed.
public struct ImportJobLease: Sendable, Hashable {
    /// The worker.
    public var holder: UInt128
    /// When others may take the job.
    public var endsAt: Timestamp

    /// Gathers the parts.
    public init(holder: UInt128, endsAt: Timestamp) {
        self.holder = holder
        self.endsAt = endsAt
    }
}
