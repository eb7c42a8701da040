public import Blobs
public import ImageSets

/// What one consistent state of a catalog answers.
public protocol CatalogReading {
    // MARK: Image sets
    func imageSet(_ id: ImageSetID) throws -> ImageSetRecord?
    func version(_ number: Int, of imageSet: ImageSetID) throws -> VersionRecord?
    /// Newest first; `before` is exclusive.
    func versions(of imageSet: ImageSetID, before: Int?, limit: Int) throws -> [VersionRecord]
    func level(_ id: LevelID) throws -> [UInt8]
    /// The instances of one version, by instance number (absent last), then SOP Instance UID.
    func instances(of imageSet: ImageSetID, version: Int) throws -> [InstanceRecord]
    func instance(_ sopInstanceUID: String, of imageSet: ImageSetID, version: Int) throws -> InstanceRecord?
    func instanceCount(of imageSet: ImageSetID, version: Int) throws -> Int
    func searchImageSets(_ query: ImageSetQuery) throws -> [ImageSetHit]
    func imageSetCount() throws -> Int

    // MARK: Stored objects and frames
    func storedObject(_ id: StoredObjectID) throws -> StoredObjectRecord
    /// Frames `range` (counted from 0) of an object, without loading the others.
    func frames(of object: StoredObjectID, range: Range<Int>) throws -> [FrameRecord]
    /// The image set and object behind the row half of a frame id; nil once the image set is gone.
    func frameSet(_ id: FrameSetID) throws -> (imageSet: ImageSetID, object: StoredObjectID)?
    /// Physical bytes that stored objects refer to, by pack.
    func liveByteCounts() throws -> [PackID: UInt64]
    /// Every location that stored objects refer to, object by object, for `verify`.
    func forEachStoredObject(_ body: (StoredObjectID, StoredObjectRecord) throws -> Void) throws

    // MARK: The primary hierarchy
    /// The primary sets of a study.
    func primaryImageSets(ofStudy studyInstanceUID: String) throws -> [ImageSetRecord]
    /// The primary set that holds a series, in whatever study.
    func primarySeries(_ seriesInstanceUID: String) throws -> SeriesRecord?
    /// Where a SOP Instance UID is primary now.
    func primaryInstance(_ sopInstanceUID: String) throws -> InstanceRecord?
    func studies(_ query: IndexQuery) throws -> [StudyRecord]
    func series(_ query: IndexQuery) throws -> [SeriesRecord]
    func instances(_ query: IndexQuery, order: InstanceOrder) throws -> [IndexedInstance]

    // MARK: Jobs, tokens, tags
    func importJob(_ id: ImportJobID) throws -> ImportJobRecord?
    /// Newest first, after the job `after` (exclusive) when given.
    func importJobs(
        status: ImportJobRecord.Status?, submittedAfter: Timestamp?, after: ImportJobID?, limit: Int
    ) throws -> [ImportJobRecord]
    /// Files of a job in byte order of key, after `key` (exclusive).
    func importFiles(of job: ImportJobID, after key: String?, limit: Int) throws -> [ImportFileRecord]
    func importFileCounts(of job: ImportJobID) throws -> ImportFileCounts
    /// The idempotency record of an operation's client token.
    func clientToken(_ token: String, operation: String) throws -> ClientTokenRecord?
    func tags(of resource: String) throws -> [String: String]
}

/// How many files of a job stand where.
public struct ImportFileCounts: Sendable, Hashable {
    public var pending = 0
    public var staged = 0
    public var imported = 0
    public var customerErrors = 0
    public var serverErrors = 0
    public init() {}
    /// All files of the job.
    public var scanned: Int { pending + staged + imported + customerErrors + serverErrors }
}

/// What a client token was used for.
public struct ClientTokenRecord: Sendable, Hashable {
    /// A digest of the request's parameters.
    public var requestDigest: String
    /// The id that the first request was answered with.
    public var resourceID: String
    public var createdAt: Timestamp
    public init(requestDigest: String, resourceID: String, createdAt: Timestamp) {
        self.requestDigest = requestDigest
        self.resourceID = resourceID
        self.createdAt = createdAt
    }
}
