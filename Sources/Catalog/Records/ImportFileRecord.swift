public import ImageSets

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

        /// The object that is staged for the file.
        public var object: StoredObjectID? {
            switch self {
            case .staged(let object, _): object
            case .pending, .imported, .failed: nil
            }
        }
    }

    /// The object key, with prefix, without bucket.
    public var key: String
    /// Its size as listed.
    public var byteCount: Int64
    /// How far it is.
    public var state: State
    /// Which of the job's metadata mappings it falls under, counted from 0; known once it was read.
    public var metadataMapping: Int?

    /// Gathers the parts.
    public init(key: String, byteCount: Int64, state: State) {
        self.key = key
        self.byteCount = byteCount
        self.state = state
    }
}

/// One warning of spec/20's table about one file.
public struct ImportFileWarning: Sendable, Hashable, Codable {
    /// The WarningReason (0008,1196).
    public var code: Int
    /// The code in words, without values of data sets.
    public var message: String

    /// Gathers the parts.
    public init(code: Int, message: String) {
        self.code = code
        self.message = message
    }
}
