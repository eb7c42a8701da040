public import ImageSets

/// One data store.
public struct DatastoreRecord: Sendable, Equatable {
    /// DatastoreStatus of the service model.
    public enum Status: String, Sendable, CaseIterable {
        case creating = "CREATING", createFailed = "CREATE_FAILED", active = "ACTIVE", deleting = "DELETING",
            deleted = "DELETED"
    }
    /// LosslessStorageFormat of the service model.
    public enum StorageFormat: String, Sendable, CaseIterable { case htj2k = "HTJ2K", jpeg2000 = "JPEG_2000_LOSSLESS" }

    /// Its name.
    public var id: DatastoreID
    /// The caller's name for it.
    public var name: String
    /// Whether it can be used.
    public var status: Status
    /// How frames are stored in it; never changes.
    public var format: StorageFormat
    /// The key the caller named to wrap the data key.
    public var kmsKeyARN: String?
    /// The function that authorises DICOMweb requests.
    public var lambdaAuthorizerARN: String?
    /// When it was created.
    public var createdAt: Timestamp
    /// When its record was last changed.
    public var updatedAt: Timestamp
    /// The data key, wrapped by the keyring; empty once destroyed.
    public var wrappedDataKey: [UInt8]

    /// Gathers the parts.
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
