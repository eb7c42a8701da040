public import ImageSets

/// What one transaction can change; it reads its own changes.
public protocol CatalogWriting: CatalogReading {
    // MARK: Image sets
    func insert(_ imageSet: ImageSetRecord) throws
    /// Replaces the row of the same id; throws `missing` when there is none.
    func update(_ imageSet: ImageSetRecord) throws
    func insert(_ version: VersionRecord) throws
    func update(_ version: VersionRecord) throws
    /// Stores level bytes; equal bytes may get the id of an existing row.
    func insertLevel(_ bytes: [UInt8]) throws -> LevelID
    func insertFrameSet(imageSet: ImageSetID, object: StoredObjectID) throws -> FrameSetID
    /// Inserts an instance (its `id` is ignored, the answer counts). A second open instance of one SOP Instance UID in
    /// one image set, or in two primary image sets, is `conflict`.
    func insert(_ instance: InstanceRecord) throws -> InstanceID
    /// Ends an instance before `version`.
    func end(_ instance: InstanceID, before version: Int) throws
    /// Removes an image set with all versions, instances and frame sets; stored objects that nothing refers to any more
    /// go too.
    func deleteImageSet(_ id: ImageSetID) throws

    // MARK: Stored objects
    func insert(_ object: StoredObjectRecord, frames: [FrameRecord]) throws -> StoredObjectID
    /// Appends frames to an object whose `frameCount` announces them (large multi-frame objects, in steps).
    func appendFrames(_ frames: [FrameRecord], to object: StoredObjectID) throws
    /// Removes stored objects that neither an instance nor a staged import file refers to; answers how many.
    func deleteUnreferencedObjects() throws -> Int

    // MARK: The primary hierarchy
    func upsert(_ study: StudyRecord) throws
    func deleteStudy(_ studyInstanceUID: String) throws
    func upsert(_ series: SeriesRecord) throws
    func deleteSeries(_ seriesInstanceUID: String) throws

    // MARK: Jobs, tokens, tags
    func insert(_ job: ImportJobRecord) throws
    func update(_ job: ImportJobRecord) throws
    func insert(_ files: [ImportFileRecord], of job: ImportJobID) throws
    func update(_ file: ImportFileRecord, of job: ImportJobID) throws
    func insert(_ record: ClientTokenRecord, token: String, operation: String) throws
    /// Replaces all tags of a resource (an ARN).
    func setTags(_ tags: [String: String], of resource: String) throws
}
