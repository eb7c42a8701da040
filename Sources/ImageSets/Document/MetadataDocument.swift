import DICOM

/// Writes the metadata document of one version of an image set: what GetImageSetMetadata answers, before compression.
///
/// Make one, write every instance, then ``finish()``. ``takeBytes()`` hands over what is written so far, so that a large
/// set is never in memory as a whole. The same input gives the same bytes: attributes stand in tag order, instances in
/// the order in which they are written.
public struct MetadataDocument: Sendable {
    private var bytes: [UInt8]
    private var hasInstances = false

    /// Begins the document with the ids and the three levels.
    public init(datastore: DatastoreID, imageSet: ImageSetID, levels: ImageSetLevels) {
        var json = JSONWriter()
        json.beginObject()
        json.member("SchemaVersion", "1.1")
        json.member("DatastoreID", datastore.description)
        json.member("ImageSetID", imageSet.description)
        json.object("Patient") { $0.write(levels, at: .patient) }
        json.name("Study")
        json.beginObject()
        json.write(levels, at: .study)
        json.name("Series")
        json.beginObject()
        json.name(levels.series.groupingText(.seriesInstanceUID, from: .utf8))
        json.beginObject()
        json.write(levels, at: .series)
        json.name("Instances")
        json.beginObject()
        bytes = json.bytes
    }

    /// Goes on with a document whose beginning is elsewhere.
    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Writes one instance: its file meta information and the attributes that belong to no level, then its frames.
    ///
    /// `bulkDataURI` makes the URI of a value over the bulk threshold.
    public mutating func write(
        _ header: StoredHeader, storedTransferSyntaxUID: String, frames: some Sequence<FrameEntry>,
        bulkDataURI: (BulkReference) -> String
    ) {
        var json = JSONWriter(capacity: 8192)
        json.name(header.dataSet.sopInstanceUID)
        json.beginObject()
        json.write(header, bulkDataURIs: header.bulkValues.map(bulkDataURI))
        json.member("StoredTransferSyntaxUID", storedTransferSyntaxUID)
        json.member("ChecksumType", "DECOMPRESSED")
        json.array("ImageFrames") { json in
            for frame in frames { json.write(frame) }
        }
        json.endObject()
        if hasInstances { bytes.append(UInt8(ascii: ",")) }
        hasInstances = true
        bytes += json.bytes
    }

    /// Ends the document. Nothing may be written after it.
    public mutating func finish() {
        bytes += Array("}}}}}".utf8)  // Instances, the series, Series, Study, the document
    }

    /// What was written since the last time.
    public mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// The number of bytes ``takeBytes()`` would hand over.
    public var pendingByteCount: Int {
        bytes.count
    }
}

extension JSONWriter {
    /// `DICOM`, and `DICOMVRs` where a level has private attributes inside its sequences.
    fileprivate mutating func write(_ levels: ImageSetLevels, at level: AttributeLevel) {
        var attributes = AttributeWriter(bulkDataURIs: [])
        object("DICOM") { json in
            let own = levels[level].elements.lazy.filter { AttributeLevel($0.tag) == level }
            attributes.write(own, in: .utf8, to: &json)
        }
        if attributes.hasVRs { attributes.writeVRs(to: &self) }
    }

    /// `DICOM` and `DICOMVRs` of an instance.
    fileprivate mutating func write(_ header: StoredHeader, bulkDataURIs: [String]) {
        var attributes = AttributeWriter(bulkDataURIs: bulkDataURIs)
        object("DICOM") { json in
            attributes.write(header.fileMeta.elements, in: .ascii, to: &json)
            let own = header.dataSet.elements.lazy.filter { AttributeLevel(keeping: $0) == .instance }
            attributes.write(own, in: header.dataSet.characterSet, to: &json)
            if let pixelElement = header.pixelElement {
                json.name(pixelElement.tag.name)
                json.null()
            }
        }
        attributes.writeVRs(to: &self)
    }

    mutating func write(_ frame: FrameEntry) {
        beginObject()
        member("ID", frame.id.description)
        array("PixelDataChecksumFromBaseToFullResolution") { json in
            for checksum in frame.checksums {
                json.beginObject()
                json.member("Width", checksum.width)
                json.member("Height", checksum.height)
                json.member("Checksum", checksum.checksum)
                json.endObject()
            }
        }
        member("MinPixelValue", frame.minimumPixelValue)
        member("MaxPixelValue", frame.maximumPixelValue)
        member("FrameSizeInBytes", frame.sizeInBytes)
        endObject()
    }

    private mutating func member(_ name: String, _ number: Int64?) {
        self.name(name)
        if let number { self.number(number) } else { null() }
    }
}
