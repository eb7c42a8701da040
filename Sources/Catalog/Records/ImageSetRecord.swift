public import ImageSets

/// One image set as it stands now.
public struct ImageSetRecord: Sendable, Equatable {
    /// Whether the set may be changed.
    public enum State: String, Sendable { case active = "ACTIVE", locked = "LOCKED", deleted = "DELETED" }
    /// Where its bytes are kept.
    public enum StorageTier: String, Sendable {
        case frequentAccess = "FREQUENT_ACCESS", archiveInstantAccess = "ARCHIVE_INSTANT_ACCESS"
    }

    /// Its name.
    public var id: ImageSetID
    /// Whether it may be changed now.
    public var state: State
    /// Whether it is part of the primary hierarchy, which DICOMweb shows.
    public var isPrimary: Bool
    /// The number of its newest version.
    public var latestVersion: Int
    /// When version 1 was made.
    public var createdAt: Timestamp
    /// When the latest version was made; nil while there is only version 1.
    public var updatedAt: Timestamp?
    /// When its bytes or metadata were last read, to the precision of the tiers.
    public var lastAccessedAt: Timestamp?
    /// Where its bytes are kept now.
    public var storageTier: StorageTier
    /// What searches match and summaries show, taken from the latest version.
    public var attributes: ImageSetAttributes

    /// Gathers the parts.
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

extension ImageSetRecord {
    /// What the time until it is archived counts from.
    package var touchedAt: Timestamp {
        lastAccessedAt ?? createdAt
    }
}
