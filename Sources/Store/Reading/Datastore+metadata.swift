import Blobs
public import Catalog
import DICOM
import FrameCodecs
public import ImageSets
public import NIOCore

/// Where a value over 1 MB is retrieved.
public struct BulkDataPlace: Sendable {
    /// The UIDs of study and series, among others.
    public let grouping: GroupingKey
    /// SOP Instance UID.
    public let sopInstanceUID: String
    /// Which value of the instance.
    public let hash: String
    /// The image set, where it has to be named: it is not primary, or the version is not its latest.
    public let imageSet: ImageSetID?
    /// The version, where it is not the latest.
    public let version: Int?
}

extension Datastore {
    /// The metadata document of a version, the latest by default, as gzip bytes.
    ///
    /// `bulkDataURI` makes the URIs of values over 1 MB. A document that is larger than the quota of
    /// 50 MB is `quotaExceeded`.
    public func metadataDocument(
        of id: ImageSetID, version: Int? = nil, bulkDataURI: @Sendable (BulkDataPlace) -> String
    ) async throws -> ByteBuffer {
        let found = try await imageSet(id, version: version)
        if let document = documents.document(of: id, version: found.version.number) {
            noteAccess(to: id)
            return document
        }
        let (text, isShareable) = try await writeDocument(found, bulkDataURI)
        guard text.count <= configuration.quotas.metadataBytes else {
            throw StoreError(
                .quotaExceeded, "The metadata of ImageSet \(id) exceeds the limit of an image set")
        }
        let document = ByteBuffer(bytes: Gzip.compress(text))
        if isShareable { documents.keep(document, of: id, version: found.version.number) }
        noteAccess(to: id)
        return document
    }

    /// The metadata document of a version as text, for tools on this machine; bulk values are named by their hashes.
    public func metadataText(of id: ImageSetID, version: Int? = nil) async throws -> [UInt8] {
        try await writeDocument(imageSet(id, version: version)) { $0.hash }.text
    }

    /// What changed between two versions; `newer` is the latest by default.
    public func difference(of id: ImageSetID, from older: Int, to newer: Int? = nil) async throws -> MetadataDifference
    {
        MetadataDifference(
            from: try JSONValue(try await metadataText(of: id, version: older)),
            to: try JSONValue(try await metadataText(of: id, version: newer)))
    }

    /// What a version's instances take in its document.
    func instanceByteCount(of found: ImageSetVersion) async throws -> Int {
        let instances = try await catalog.read { transaction in
            try transaction.instances(of: found.imageSet.id, version: found.version.number)
        }
        var sum = 0
        for instance in instances { sum += try await documentByteCount(of: instance) }
        return sum
    }

    /// What an instance takes in a document, with the edits of updates.
    func documentByteCount(of instance: InstanceRecord) async throws -> Int {
        let (object, frames) = try await catalog.read { transaction in
            let object = try transaction.storedObject(instance.object)
            return (object, try transaction.frames(of: instance.object, range: 0..<object.frameCount))
        }
        let bytes = try await read(StoredBlob(object: instance.object, part: .header, location: object.header))
        let header = try instance.instanceEdits().applied(to: StoredHeader(bytes: Array(bytes.readableBytesView)))
        return MetadataDocument.byteCount(
            of: header, storedTransferSyntaxUID: object.storedTransferSyntaxUID, frames: frames)
    }

    /// What one version's document is made of.
    private struct Source: Sendable {
        var levels: ImageSetLevels
        var instances: [InstanceRecord]
        var objects: [StoredObjectRecord]
        var frames: [[FrameRecord]]
    }

    /// Writes the document instance by instance: headers are read ahead a few at a time, so memory holds the text and
    /// little else. A document with bulk URIs depends on who asks from where, and is not shared.
    private func writeDocument(
        _ found: ImageSetVersion, _ bulkDataURI: (BulkDataPlace) -> String
    ) async throws -> (text: [UInt8], isShareable: Bool) {
        let source = try await catalog.read { transaction in
            let instances = try transaction.instances(of: found.imageSet.id, version: found.version.number)
            let objects = try instances.map { try transaction.storedObject($0.object) }
            return Source(
                levels: try transaction.levels(found.version.levels), instances: instances, objects: objects,
                frames: try zip(instances, objects).map { instance, object in
                    try transaction.frames(of: instance.object, range: 0..<object.frameCount)
                })
        }
        var document = MetadataDocument(datastore: id, imageSet: found.imageSet.id, levels: source.levels)
        let grouping = GroupingKey(source.levels)
        let isLatest = found.version.number == found.imageSet.latestVersion
        var text: [UInt8] = []
        var isShareable = true
        for (index, instance) in source.instances.enumerated() {
            let object = source.objects[index]
            let bytes = try await read(StoredBlob(object: instance.object, part: .header, location: object.header))
            let imported = try StoredHeader(bytes: Array(bytes.readableBytesView))
            let edits = try instance.instanceEdits()
            var header = edits.applied(to: imported)
            let frames = frameEntries(source.frames[index], of: instance.frameSet)
            if !header.bulkValues.isEmpty {
                isShareable = false
                // Where the level rules, it does so over what an instance keeps for its size, too.
                header.dataSet = InstanceView.dataSet(
                    header: header.dataSet, levels: source.levels, followed: edits.followed)
            }
            document.write(header, storedTransferSyntaxUID: object.storedTransferSyntaxUID, frames: frames) { value in
                bulkDataURI(
                    BulkDataPlace(
                        grouping: grouping, sopInstanceUID: instance.attributes.sopInstanceUID, hash: value.hash,
                        imageSet: found.imageSet.isPrimary && isLatest ? nil : found.imageSet.id,
                        version: isLatest ? nil : found.version.number))
            }
            text += document.takeBytes()
            // What is far over every limit is not gathered to its end.
            guard text.count <= 2 * configuration.quotas.metadataBytes else { break }
        }
        document.finish()
        text += document.takeBytes()
        return (text, isShareable)
    }

    private func frameEntries(_ frames: [FrameRecord], of frameSet: FrameSetID) -> [FrameEntry] {
        frames.enumerated().map { number, frame in FrameEntry(frame, id: frameID(number, of: frameSet)) }
    }
}

extension MetadataDocument {
    /// What an instance takes in a document. The id of a frame is its image set's, and always as long.
    static func byteCount(of header: StoredHeader, storedTransferSyntaxUID: String, frames: [FrameRecord]) -> Int {
        byteCount(
            of: header, storedTransferSyntaxUID: storedTransferSyntaxUID,
            frames: frames.lazy.map { FrameEntry($0, id: ImageFrameID(0)) })
    }
}

extension FrameEntry {
    /// The entry of a frame under the id that it has in an image set.
    init(_ frame: FrameRecord, id: ImageFrameID) {
        self.init(
            id: id, checksums: frame.resolutions, minimumPixelValue: frame.minimumPixelValue,
            maximumPixelValue: frame.maximumPixelValue, sizeInBytes: frame.sizeInBytes)
    }
}

/// The checksums of one instance, as an import job's manifest lists them.
public struct InstanceChecksums: Sendable {
    /// One frame's id and checksums.
    public struct Frame: Sendable {
        /// The frame's id in this image set.
        public var id: ImageFrameID
        /// Checksums from the base to the full resolution.
        public var resolutions: [FrameRecord.Resolution]
    }

    /// Which instance.
    public var sopInstanceUID: String
    /// Its frames in order.
    public var frames: [Frame]
    /// Why the pixels were not transcoded, where they were not.
    public var error: String?
}

extension Datastore {
    /// The checksums of every instance of a version.
    public func instanceChecksums(of id: ImageSetID, version: Int) async throws -> [InstanceChecksums] {
        try await catalog.read { transaction in
            try transaction.instances(of: id, version: version).map { instance in
                let frames = try transaction.frames(of: instance.object, range: 0..<Int(Int32.max))
                let isKeptWhole = instance.attributes.warnings.contains(
                    ImportWarning.Code.transcodingException.rawValue)
                return InstanceChecksums(
                    sopInstanceUID: instance.attributes.sopInstanceUID,
                    frames: frames.enumerated().map { number, frame in
                        InstanceChecksums.Frame(
                            id: self.frameID(number, of: instance.frameSet), resolutions: frame.resolutions)
                    }, error: isKeptWhole ? ImportWarning(.transcodingException).message : nil)
            }
        }
    }
}
