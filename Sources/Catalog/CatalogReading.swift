public import Blobs
public import ImageSets

/// What one consistent state of a catalog answers.
///
/// Answers that are not optional throw `missing` when the row is not there.
public protocol CatalogReading {
    // MARK: Image sets

    /// The image set of this id.
    func imageSet(_ id: ImageSetID) throws -> ImageSetRecord?
    /// One version of an image set.
    func version(_ number: Int, of imageSet: ImageSetID) throws -> VersionRecord?
    /// Versions of an image set, newest first; `before` is exclusive.
    func versions(of imageSet: ImageSetID, before: Int?, limit: Int) throws -> [VersionRecord]
    /// The bytes of a level that a version names.
    func level(_ id: LevelID) throws -> [UInt8]
    /// The instances of one version, by instance number (absent last), then SOP Instance UID.
    func instances(of imageSet: ImageSetID, version: Int) throws -> [InstanceRecord]
    /// The instance of a SOP Instance UID in one version.
    func instance(_ sopInstanceUID: String, of imageSet: ImageSetID, version: Int) throws -> InstanceRecord?
    /// How many instances one version has; for the newest version without counting.
    func instanceCount(of imageSet: ImageSetID, version: Int) throws -> Int
    /// How many frames the instances of one version have together.
    func frameCount(of imageSet: ImageSetID, version: Int) throws -> Int
    /// One page of SearchImageSets.
    func searchImageSets(_ query: ImageSetQuery) throws -> [ImageSetHit]
    /// How many image sets there are.
    func imageSetCount() throws -> Int

    // MARK: Stored objects and frames

    /// A stored object without its frames.
    func storedObject(_ id: StoredObjectID) throws -> StoredObjectRecord
    /// Frames `range` (counted from 0) of an object, without loading the others; frames that the object does not have
    /// are left out.
    func frames(of object: StoredObjectID, range: Range<Int>) throws -> [FrameRecord]
    /// The image set and object behind the row half of a frame id; nil once the image set or the object is gone.
    func frameSet(_ id: FrameSetID) throws -> (imageSet: ImageSetID, object: StoredObjectID)?
    /// Physical bytes that stored objects refer to, by pack; packs without any are left out.
    func liveByteCounts() throws -> [PackID: UInt64]
    /// Stored objects with a byte in a pack, oldest first, after `after` (exclusive).
    func storedObjects(
        in pack: PackID, after: StoredObjectID?, limit: Int
    ) throws -> [(id: StoredObjectID, record: StoredObjectRecord)]
    /// Hands over every stored object, oldest first, for `verify`; its frames are read through ``frames(of:range:)``.
    func forEachStoredObject(_ body: (StoredObjectID, StoredObjectRecord) throws -> Void) throws

    // MARK: Tiers

    /// ACTIVE image sets in FREQUENT_ACCESS that nobody accessed after an instant, the one left alone for longest first.
    func imageSets(notAccessedSince instant: Timestamp, limit: Int) throws -> [ImageSetID]
    /// What any version of an image set shows, in the order of its instances.
    func storedObjects(of imageSet: ImageSetID) throws -> [StoredObjectID]
    /// The image sets that show an object in any of their versions, by id.
    func imageSets(of object: StoredObjectID) throws -> [ImageSetRecord]
    /// Of the objects in `range`, by number, those whose bytes are in the other place than the tiers of their image sets
    /// ask for: an object is archived while all image sets that show it are.
    func misplacedObjects(_ range: Range<Int64>) throws -> [StoredObjectID]
    /// The greatest number of an object; 0 when there is none.
    func greatestStoredObject() throws -> StoredObjectID

    // MARK: The primary hierarchy

    /// The primary sets of a study, by id.
    func primaryImageSets(ofStudy studyInstanceUID: String) throws -> [ImageSetRecord]
    /// The primary set that holds a series, in whatever study.
    func primarySeries(_ seriesInstanceUID: String) throws -> SeriesRecord?
    /// Where a SOP Instance UID is primary now.
    func primaryInstance(_ sopInstanceUID: String) throws -> InstanceRecord?
    /// Studies that match, newest update first, ties by UID.
    func studies(_ query: IndexQuery) throws -> [StudyRecord]
    /// Series that match, by series number (absent last), ties by UID.
    ///
    /// Patient and study keys match the record of the study; a series whose study has no record is in no search.
    func series(_ query: IndexQuery) throws -> [SeriesRecord]
    /// Current instances of the series' image sets that match; patient, study and series keys match those records.
    func instances(_ query: IndexQuery, order: InstanceOrder) throws -> [IndexedInstance]

    // MARK: Jobs, tokens, tags

    /// The import job of this id.
    func importJob(_ id: ImportJobID) throws -> ImportJobRecord?
    /// Jobs submitted later than `submittedAfter`, newest first (ties: greatest id first), those after the job `after`
    /// (exclusive) when given; throws `missing` when that job is gone.
    func importJobs(
        status: ImportJobRecord.Status?, submittedAfter: Timestamp?, after: ImportJobID?, limit: Int
    ) throws -> [ImportJobRecord]
    /// Jobs that have ended and were submitted no later than `instant`, oldest first.
    func endedImportJobs(submittedUntil instant: Timestamp, limit: Int) throws -> [ImportJobRecord]
    /// Files of a job in byte order of key, after `key` (exclusive).
    func importFiles(of job: ImportJobID, after key: String?, limit: Int) throws -> [ImportFileRecord]
    /// Which metadata mappings the files of a job fall under, each once.
    func metadataMappings(of job: ImportJobID) throws -> Set<Int>
    /// How many files of a job stand where.
    func importFileCounts(of job: ImportJobID) throws -> ImportFileCounts
    /// The idempotency record of an operation's client token.
    func clientToken(_ token: String, operation: String) throws -> ClientTokenRecord?
    /// The tags of a resource (an ARN).
    func tags(of resource: String) throws -> [String: String]

    // MARK: Events

    /// The sinks that events are kept for.
    func eventSinks() throws -> Set<String>
    /// The events that wait for a sink, in the order in which they were written.
    func events(for sink: String, limit: Int) throws -> [QueuedEvent]
}
