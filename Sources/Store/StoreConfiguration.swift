public import ImageSets

/// What a store is opened with.
public struct StoreConfiguration: Sendable {
    /// The region in the names of resources.
    public var region: String = "us-east-1"
    /// The account in the names of resources, twelve digits.
    public var accountID: String = "123456789012"
    /// The limits.
    public var quotas = StoreQuotas()
    /// Bytes of compressed metadata documents kept in memory.
    public var metadataCacheBytes: Int = 64 << 20
    /// Bytes of opened frames kept in memory.
    public var frameCacheBytes: Int = 128 << 20
    /// Frame table rows kept in memory.
    public var frameTableCacheEntries: Int = 65_536
    /// How many frames are encoded at the same time.
    public var encodingConcurrency: Int = 2

    /// How long nobody accesses an image set before it is archived, in whole seconds; nil for never.
    public var archiveAfter: Duration? = .seconds(30 * 86_400)

    /// Where large requests wait in unlinked files while they arrive.
    public var spoolDirectory = "/tmp"

    /// The defaults.
    public init() {}
}

/// The size limits of spec/10; rates are the gateway's.
public struct StoreQuotas: Sendable {
    /// Data stores that are not deleted.
    public var datastores = 10
    /// Import jobs of a data store that have not ended.
    public var concurrentImportJobs = 100
    /// Files under a job's input.
    public var filesPerJob = 5_000
    /// Folders under a job's input.
    public var foldersPerJob = 10_000
    /// Bytes under a job's input.
    public var bytesPerJob: Int64 = 10 << 30
    /// Bytes of one P10 file.
    public var bytesPerFile: Int64 = 4 << 30
    /// Bytes of an image set's metadata document, before compression.
    public var metadataBytes = 50 << 20
    /// Bytes of the two documents of UpdateImageSetMetadata together.
    public var metadataUpdateBytes = 10 << 10
    /// Frames of one CopyImageSet.
    public var framesPerCopy = 1_000
    /// Copy, Delete and Update requests of a data store in progress, of each.
    public var concurrentChanges = 100
    /// Bytes of one STOW-RS request.
    public var storeRequestBytes: Int64 = 1 << 30
    /// Tags of one resource.
    public var tagsPerResource = 50

    /// The limits of the service.
    public init() {}

    /// No limit on the size of a job, for folders of this machine.
    public static var unlimited: StoreQuotas {
        var quotas = StoreQuotas()
        quotas.filesPerJob = .max
        quotas.foldersPerJob = .max
        quotas.bytesPerJob = .max
        return quotas
    }
}

/// Time and randomness, so that tests can hold both still.
public struct StoreEnvironment: Sendable {
    /// The time.
    public var now: @Sendable () -> Timestamp
    /// 128 random bits that nobody can guess.
    public var random128: @Sendable () -> UInt128

    /// Gathers both.
    public init(now: @escaping @Sendable () -> Timestamp, random128: @escaping @Sendable () -> UInt128) {
        self.now = now
        self.random128 = random128
    }
}
