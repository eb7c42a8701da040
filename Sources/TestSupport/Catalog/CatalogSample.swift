public import Blobs
public import Catalog
public import ImageSets

/// Plain records for catalog tests: small numbers in, whole records out.
public enum CatalogSample {
    /// Attributes of a CT series; the arguments are what tests vary.
    public static func attributes(study: String = "1.2", series: String = "1.2.1") -> ImageSetAttributes {
        var attributes = ImageSetAttributes(
            grouping: GroupingKey(
                studyDate: "20240229", accessionNumber: "A1", patientID: "P1", studyInstanceUID: study, studyID: "S1",
                seriesInstanceUID: series, seriesNumber: "1"))
        attributes.patientName = "Doe^John"
        attributes.studyTime = "101530.25"
        attributes.modality = "CT"
        return attributes
    }

    /// A primary image set at version 1.
    public static func imageSet(
        _ id: UInt128, createdAt: Int64 = 1000, isPrimary: Bool = true, attributes: ImageSetAttributes = attributes()
    ) -> ImageSetRecord {
        ImageSetRecord(
            id: ImageSetID(id), state: .active, isPrimary: isPrimary, latestVersion: 1,
            createdAt: Timestamp(milliseconds: createdAt), updatedAt: nil, lastAccessedAt: nil,
            storageTier: .frequentAccess, attributes: attributes)
    }

    /// A version of an image set.
    public static func version(_ number: Int, of imageSet: ImageSetID, levels: LevelReferences) -> VersionRecord {
        VersionRecord(
            imageSet: imageSet, number: number, status: number == 1 ? .created : .imported, isPrimary: true,
            createdAt: Timestamp(milliseconds: 1000),
            updatedAt: number == 1 ? nil : Timestamp(milliseconds: 1000 + Int64(number)), message: nil, wasForced: nil,
            levels: levels)
    }

    /// An event of an image set.
    public static func event(_ id: UInt128) -> EventRecord {
        EventRecord(
            id: EventID(id), time: Timestamp(milliseconds: 1_700_000_000_123), account: "111122223333",
            region: "us-west-2", resource: "arn:aws:medical-imaging:us-west-2:111122223333:datastore/1/imageset/1",
            detailType: "Image Set Created", detail: #"{"imagesetId":"1"}"#)
    }

    /// A place in a pack.
    public static func location(pack: UInt64 = 1, offset: UInt64 = 0, length: UInt64 = 100) -> BlobLocation {
        BlobLocation(pack: PackID(rawValue: pack), offset: offset, length: length)
    }

    /// An object whose header and frames lie in `pack`.
    public static func object(frames: Int = 0, pack: UInt64 = 1) -> StoredObjectRecord {
        StoredObjectRecord(
            header: location(pack: pack), storedTransferSyntaxUID: "1.2.840.10008.1.2.4.202",
            pixelForm: frames == 0 ? .none : .frames, frameCount: frames, wholePixelData: nil, bulkValues: [],
            byteCount: 100)
    }

    /// Frame `index` of an object, told by its numbers from every other.
    public static func frame(_ index: Int, pack: UInt64 = 1) -> FrameRecord {
        FrameRecord(
            location: location(pack: pack, offset: 1000 * UInt64(index), length: 500), sizeInBytes: 2048,
            minimumPixelValue: -Int64(index), maximumPixelValue: index % 2 == 0 ? nil : Int64(index),
            resolutions: (0...index % 3).map { .init(width: 8 << $0, height: 4 << $0, checksum: UInt32(index)) })
    }

    /// The study record of some attributes.
    public static func study(_ attributes: ImageSetAttributes, updatedAt: Int64, imageSet: UInt128 = 1) -> StudyRecord {
        StudyRecord(
            studyInstanceUID: attributes.grouping.studyInstanceUID, attributes: attributes,
            imageSet: ImageSetID(imageSet), updatedAt: Timestamp(milliseconds: updatedAt))
    }

    /// The series record of some attributes.
    public static func series(
        _ attributes: ImageSetAttributes, imageSet: UInt128, instances: Int = 1, updatedAt: Int64 = 1000
    ) -> SeriesRecord {
        SeriesRecord(
            seriesInstanceUID: attributes.grouping.seriesInstanceUID,
            studyInstanceUID: attributes.grouping.studyInstanceUID, imageSet: ImageSetID(imageSet),
            attributes: attributes, numberOfInstances: instances, updatedAt: Timestamp(milliseconds: updatedAt))
    }

    /// An import job.
    public static func job(
        _ id: UInt128, submittedAt: Int64, status: ImportJobRecord.Status = .submitted
    ) -> ImportJobRecord {
        ImportJobRecord(
            id: ImportJobID(id), name: "job \(id)", status: status, dataAccessRoleARN: "arn:aws:iam::1:role/r",
            inputS3URI: "s3://in/", outputS3URI: "s3://out/", submittedAt: Timestamp(milliseconds: submittedAt))
    }
}

extension CatalogWriting {
    /// Adds an instance to an image set with an object and a frame set of its own.
    @discardableResult
    public func addInstance(
        _ sopInstanceUID: String, to imageSet: ImageSetID, firstVersion: Int = 1, frames: Int = 0, pack: UInt64 = 1,
        _ change: (inout InstanceRecord) -> Void = { _ in }
    ) throws -> InstanceRecord {
        let object = try insert(
            CatalogSample.object(frames: frames, pack: pack),
            frames: (0..<frames).map { CatalogSample.frame($0, pack: pack) })
        var instance = InstanceRecord(
            id: InstanceID(rawValue: 0), imageSet: imageSet, firstVersion: firstVersion, endVersion: nil,
            object: object, frameSet: try insertFrameSet(imageSet: imageSet, object: object),
            attributes: InstanceAttributes(sopInstanceUID: sopInstanceUID, sopClassUID: "1.2.840.10008.5.1.4.1.1.2"),
            createdAt: Timestamp(milliseconds: 1000))
        change(&instance)
        instance.id = try insert(instance)
        return instance
    }

    /// Adds version `number` of an image set, with levels of its own.
    @discardableResult
    public func addVersion(_ number: Int, of imageSet: ImageSetID) throws -> VersionRecord {
        let version = CatalogSample.version(
            number, of: imageSet,
            levels: LevelReferences(
                patient: try insertLevel([1]), study: try insertLevel([2]), series: try insertLevel([3, 0, 3])))
        try insert(version)
        return version
    }

    /// Adds a primary image set with one version, instances, and its series and study records.
    @discardableResult
    public func addImageSet(
        _ id: UInt128, instances: [String], updatedAt: Int64 = 1000, attributes: ImageSetAttributes
    ) throws -> ImageSetRecord {
        let imageSet = CatalogSample.imageSet(id, createdAt: updatedAt, attributes: attributes)
        try insert(imageSet)
        try addVersion(1, of: imageSet.id)
        for instance in instances { try addInstance(instance, to: imageSet.id) }
        try upsert(
            CatalogSample.series(attributes, imageSet: id, instances: instances.count, updatedAt: updatedAt))
        try upsert(CatalogSample.study(attributes, updatedAt: updatedAt, imageSet: id))
        return imageSet
    }
}
