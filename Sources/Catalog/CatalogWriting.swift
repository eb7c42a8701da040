public import Blobs
public import ImageSets

/// What one transaction can change; it reads its own changes.
///
/// Each method throws `missing` when a row that it names is not there, and `conflict` when a row that it would add is.
public protocol CatalogWriting: CatalogReading {
    // MARK: Image sets

    /// Adds an image set.
    func insert(_ imageSet: ImageSetRecord) throws
    /// Replaces the row of the same id; throws `missing` when there is none. A set that becomes primary takes its
    /// instances along, or throws `conflict` when one of them is primary elsewhere.
    func update(_ imageSet: ImageSetRecord) throws
    /// Adds a version to an image set.
    func insert(_ version: VersionRecord) throws
    /// Replaces the version of the same image set and number.
    func update(_ version: VersionRecord) throws
    /// Stores level bytes; equal bytes may get the id of an existing row. The row lives until the end of the
    /// transaction that removes the last image set with a version that names it.
    func insertLevel(_ bytes: [UInt8]) throws -> LevelID
    /// Makes the row half of the frame ids under which an image set shows an object.
    func insertFrameSet(imageSet: ImageSetID, object: StoredObjectID) throws -> FrameSetID
    /// Inserts an instance (its `id` is ignored, the answer counts). A second instance of one SOP Instance UID in one
    /// version of an image set, or open in two primary image sets, is `conflict`. Costs the same whatever the set's size.
    func insert(_ instance: InstanceRecord) throws -> InstanceID
    /// Ends an instance before `version`; throws `missing` when it has ended already and `conflict` when it began
    /// later. One that began at `version` was in no version and goes altogether.
    func end(_ instance: InstanceID, before version: Int) throws
    /// Replaces the edits of an instance.
    func setEdits(_ edits: [UInt8]?, of instance: InstanceID) throws
    /// Makes version `next` hold the instances of an older `version`: those open now that it did not have end before
    /// `next`, those that it had and that ended since are open again from `next` on, under the frame ids they had. Costs
    /// what differs. Throws `conflict` when an instance began or ended at or after `next`, or when one that would be open
    /// again is primary in another image set.
    func reopenInstances(of imageSet: ImageSetID, asOf version: Int, from next: Int, at instant: Timestamp) throws
    /// Adds the instances of a version of one image set to another, from version `first` of that on; `only` names SOP
    /// Instance UIDs, nil: all. They show the same stored objects, each under a frame set of the other image set: one that
    /// it has for the object, else a new one. Throws `conflict`, as for ``insert(_:)-(InstanceRecord)``, before anything
    /// is added. Answers how many it added.
    func copyInstances(
        of source: ImageSetID, version: Int, only: Set<String>?, to destination: ImageSetID, from first: Int,
        at instant: Timestamp
    ) throws -> Int
    /// Removes an image set with all versions, instances and frame sets; stored objects that nothing refers to any more
    /// go too. Tags, study and series records stay.
    func deleteImageSet(_ id: ImageSetID) throws

    // MARK: Stored objects

    /// Adds an object with its first frames; more of them than its `frameCount` is `conflict`.
    func insert(_ object: StoredObjectRecord, frames: [FrameRecord]) throws -> StoredObjectID
    /// Appends frames to an object whose `frameCount` announces them (large multi-frame objects, in steps).
    func appendFrames(_ frames: [FrameRecord], to object: StoredObjectID) throws
    /// Replaces every location of an object that `moves` names, frames' included, by the one it names for it.
    func relocate(_ object: StoredObjectID, _ moves: [BlobLocation: BlobLocation]) throws
    /// Removes stored objects that neither an instance nor a staged import file refers to; answers how many.
    func deleteUnreferencedObjects() throws -> Int

    // MARK: The primary hierarchy

    /// Adds or replaces the study of this UID.
    func upsert(_ study: StudyRecord) throws
    /// Removes a study's record, if there is one; its series' records stay.
    func deleteStudy(_ studyInstanceUID: String) throws
    /// Adds or replaces the series of this UID.
    func upsert(_ series: SeriesRecord) throws
    /// Removes a series' record, if there is one.
    func deleteSeries(_ seriesInstanceUID: String) throws

    // MARK: Jobs, tokens, tags

    /// Adds an import job.
    func insert(_ job: ImportJobRecord) throws
    /// Replaces the job of the same id.
    func update(_ job: ImportJobRecord) throws
    /// Removes a job with its files and the client tokens that stand for it; staged objects go as unreferenced ones do.
    func deleteImportJob(_ id: ImportJobID) throws
    /// Adds files to a job, all or none of them.
    func insert(_ files: [ImportFileRecord], of job: ImportJobID) throws
    /// Replaces the file of the same key; throws `missing` when the object that is staged for it is not that of `old`.
    func update(_ file: ImportFileRecord, from old: ImportFileRecord.State, of job: ImportJobID) throws
    /// Records what a client token was used for.
    func insert(_ record: ClientTokenRecord, token: String, operation: String) throws
    /// Replaces all tags of a resource (an ARN).
    func setTags(_ tags: [String: String], of resource: String) throws

    // MARK: Events

    /// Replaces the sinks that events are kept for: a new one gets those that are written from now on. What waits for one
    /// that is no longer among them is dropped; answers how many events that were.
    func setEventSinks(_ names: Set<String>) throws -> Int
    /// Lets an event wait for every sink, behind those that wait; without sinks nothing is kept.
    func insert(_ event: EventRecord) throws
    /// Removes events that their sink has taken; numbers of events that are gone are passed over.
    func removeEvents(_ numbers: Set<EventNumber>) throws
}
