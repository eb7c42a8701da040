public import ImageSets

/// The index of the service itself: data stores and access keys. Each data store has a ``Catalog`` of its own.
public protocol ServiceCatalog: Sendable {
    func datastore(_ id: DatastoreID) async throws -> DatastoreRecord?
    /// All of them, oldest first, deleted ones included.
    func datastores() async throws -> [DatastoreRecord]
    /// Inserts a data store, with the client token that asked for it, when the token is new; answers the record that
    /// stands for the token. Throws `conflict` when the token was used with another digest.
    func create(_ datastore: DatastoreRecord, token: String?, requestDigest: String) async throws -> DatastoreRecord
    /// Replaces the record of the same id.
    func update(_ datastore: DatastoreRecord) async throws
    func accessKey(_ id: String) async throws -> AccessKeyRecord?
    func accessKeys() async throws -> [AccessKeyRecord]
    func insert(_ key: AccessKeyRecord) async throws
    func deleteAccessKey(_ id: String) async throws
    func tags(of resource: String) async throws -> [String: String]
    func setTags(_ tags: [String: String], of resource: String) async throws
    func close() async throws
}

/// One data store.
public struct DatastoreRecord: Sendable, Equatable {
    /// DatastoreStatus of the service model.
    public enum Status: String, Sendable, CaseIterable {
        case creating = "CREATING", createFailed = "CREATE_FAILED", active = "ACTIVE", deleting = "DELETING",
            deleted = "DELETED"
    }
    /// LosslessStorageFormat of the service model.
    public enum StorageFormat: String, Sendable, CaseIterable { case htj2k = "HTJ2K", jpeg2000 = "JPEG_2000_LOSSLESS" }

    public var id: DatastoreID
    public var name: String
    public var status: Status
    public var format: StorageFormat
    public var kmsKeyARN: String?
    public var lambdaAuthorizerARN: String?
    public var createdAt: Timestamp
    public var updatedAt: Timestamp
    /// The data key, wrapped by the keyring; empty once destroyed.
    public var wrappedDataKey: [UInt8]

    public init(
        id: DatastoreID, name: String, status: Status, format: StorageFormat, createdAt: Timestamp,
        wrappedDataKey: [UInt8]
    ) {
        self.id = id
        self.name = name
        self.status = status
        self.format = format
        self.createdAt = createdAt
        self.updatedAt = createdAt
        self.wrappedDataKey = wrappedDataKey
    }
}

/// One access key; the secret is sealed by the keyring.
public struct AccessKeyRecord: Sendable, Equatable {
    public var id: String
    public var sealedSecret: [UInt8]
    /// Who it speaks for, e.g. `arn:aws:iam::123456789012:root`.
    public var principalARN: String
    public var createdAt: Timestamp
    public init(id: String, sealedSecret: [UInt8], principalARN: String, createdAt: Timestamp) {
        self.id = id
        self.sealedSecret = sealedSecret
        self.principalARN = principalARN
        self.createdAt = createdAt
    }
}
