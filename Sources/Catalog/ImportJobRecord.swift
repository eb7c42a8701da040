public import ImageSets

/// One DICOM import job.
public struct ImportJobRecord: Sendable, Equatable {
    /// JobStatus of the service model.
    public enum Status: String, Sendable, CaseIterable {
        case submitted = "SUBMITTED", inProgress = "IN_PROGRESS", completed = "COMPLETED", failed = "FAILED"
    }

    public var id: ImportJobID
    public var name: String
    public var status: Status
    public var dataAccessRoleARN: String
    public var inputS3URI: String
    public var outputS3URI: String
    /// The job's own folder, known once the output is written.
    public var resultS3URI: String?
    public var inputOwnerAccountID: String?
    /// `importConfiguration` of the request as JSON text.
    public var importConfiguration: String?
    public var submittedAt: Timestamp
    public var endedAt: Timestamp?
    public var message: String?

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

/// One file of an import job, in byte order of its key.
public struct ImportFileRecord: Sendable, Equatable {
    /// How far the file has come; each state is durable before the next.
    public enum State: Sendable, Equatable {
        /// Listed, nothing done.
        case pending
        /// Its stored object exists; it is in no image set yet.
        case staged(StoredObjectID, warnings: [ImportFileWarning])
        /// In an image set.
        case imported(ImageSetID, version: Int, isPrimary: Bool, warnings: [ImportFileWarning])
        /// Refused for good.
        case failed(exceptionType: String, message: String, isServerFault: Bool)
    }

    /// The object key, with prefix, without bucket.
    public var key: String
    public var byteCount: Int64
    public var state: State

    public init(key: String, byteCount: Int64, state: State) {
        self.key = key
        self.byteCount = byteCount
        self.state = state
    }
}

/// One warning of spec/20's table about one file.
public struct ImportFileWarning: Sendable, Hashable, Codable {
    public var code: Int
    public var message: String
    public init(code: Int, message: String) {
        self.code = code
        self.message = message
    }
}
