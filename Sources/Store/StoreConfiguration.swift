public import ImageSets

/// What a store is opened with.
public struct StoreConfiguration: Sendable {
    public var region: String = "us-east-1"
    public var accountID: String = "123456789012"
    public var quotas = StoreQuotas()
    /// Bytes of compressed metadata documents kept in memory.
    public var metadataCacheBytes: Int = 64 << 20
    /// Frame table rows kept in memory.
    public var frameTableCacheEntries: Int = 65_536
    /// How many frames are encoded at the same time.
    public var encodingConcurrency: Int = 2

    /// Where large requests wait in unlinked files while they arrive.
    public var spoolDirectory = "/tmp"

    public init() {}
}

/// The size limits of spec/10; rates are the gateway's.
public struct StoreQuotas: Sendable {
    public var datastores = 10
    public var concurrentImportJobs = 100
    public var filesPerJob = 5_000
    public var foldersPerJob = 10_000
    public var bytesPerJob: Int64 = 10 << 30
    public var bytesPerFile: Int64 = 4 << 30
    public var metadataBytes = 50 << 20
    public var storeRequestBytes: Int64 = 1 << 30
    public var tagsPerResource = 50

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
    public var now: @Sendable () -> Timestamp
    public var random128: @Sendable () -> UInt128

    public init(now: @escaping @Sendable () -> Timestamp, random128: @escaping @Sendable () -> UInt128) {
        self.now = now
        self.random128 = random128
    }
}
