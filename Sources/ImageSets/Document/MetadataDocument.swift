import DICOM

/// Writes the metadata document of one version of an image set: what GetImageSetMetadata answers, before compression.
///
/// Make one, write every instance, then ``finish()``. ``takeBytes()`` hands over what is written so far, so that a large
/// set is never in memory as a whole. The same input gives the same bytes: attributes stand in tag order, instances in
/// the order in which they are written.
public struct MetadataDocument {
    private var json = JSONWriter()

    /// Begins the document with the ids and the three levels.
    public init(datastore: DatastoreID, imageSet: ImageSetID, levels: ImageSetLevels) {
        json.beginObject()
        json.key("SchemaVersion")
        json.string("1.1")
        json.key("DatastoreID")
        json.string(datastore.description)
        json.key("ImageSetID")
        json.string(imageSet.description)
        json.key("Patient")
        json.beginObject()
        writeAttributes(of: levels, at: .patient)
        json.endObject()
        json.key("Study")
        json.beginObject()
        writeAttributes(of: levels, at: .study)
        json.key("Series")
        json.beginObject()
        json.key(levels.series.groupingText(.seriesInstanceUID, from: .utf8))
        json.beginObject()
        writeAttributes(of: levels, at: .series)
        json.key("Instances")
        json.beginObject()
    }

    /// Writes one instance: its file meta information and the attributes that belong to no level, then its frames.
    ///
    /// `bulkDataURI` makes the URI of a value over the bulk threshold.
    public mutating func write(
        _ header: StoredHeader, storedTransferSyntaxUID: String, frames: some Sequence<FrameEntry>,
        bulkDataURI: (BulkReference) -> String
    ) {
        let dataSet = header.dataSet
        json.key(dataSet.groupingText(.sopInstanceUID, from: .ascii))
        json.beginObject()

        var writer = AttributeWriter(bulkDataURIs: header.bulkValues.map(bulkDataURI))
        json.key("DICOM")
        json.beginObject()
        writer.write(header.fileMeta.elements, in: .ascii, to: &json)
        let own = dataSet.elements.lazy.filter { AttributeLevel($0.tag) == .instance }
        writer.write(own, in: dataSet.characterSet, to: &json)
        if let pixelElement = header.pixelElement {
            json.key(pixelElement.tag.name)
            json.null()
        }
        json.endObject()
        json.key("DICOMVRs")
        writer.writeVRs(to: &json)

        json.key("StoredTransferSyntaxUID")
        json.string(storedTransferSyntaxUID)
        json.key("ChecksumType")
        json.string("DECOMPRESSED")
        json.key("ImageFrames")
        json.beginArray()
        for frame in frames { write(frame) }
        json.endArray()
        json.endObject()
    }

    /// Ends the document. Nothing may be written after it.
    public mutating func finish() {
        for _ in 0..<5 { json.endObject() }
    }

    /// What was written since the last time.
    public mutating func takeBytes() -> [UInt8] {
        let bytes = json.bytes
        json.bytes = []
        return bytes
    }

    /// The number of bytes ``takeBytes()`` would hand over.
    public var pendingByteCount: Int {
        json.bytes.count
    }

    /// `"DICOM": {…}`, and `"DICOMVRs": {…}` where a level has private elements inside its sequences.
    private mutating func writeAttributes(of levels: ImageSetLevels, at level: AttributeLevel) {
        var writer = AttributeWriter(bulkDataURIs: [])
        json.key("DICOM")
        json.beginObject()
        writer.write(levels[level].elements.lazy.filter { AttributeLevel($0.tag) == level }, in: .utf8, to: &json)
        json.endObject()
        if writer.hasVRs {
            json.key("DICOMVRs")
            writer.writeVRs(to: &json)
        }
    }

    private mutating func write(_ frame: FrameEntry) {
        json.beginObject()
        json.key("ID")
        json.string(frame.id.description)
        json.key("PixelDataChecksumFromBaseToFullResolution")
        json.beginArray()
        for checksum in frame.checksums {
            json.beginObject()
            json.key("Width")
            json.number(checksum.width)
            json.key("Height")
            json.number(checksum.height)
            json.key("Checksum")
            json.number(checksum.checksum)
            json.endObject()
        }
        json.endArray()
        json.key("MinPixelValue")
        write(frame.minimumPixelValue)
        json.key("MaxPixelValue")
        write(frame.maximumPixelValue)
        json.key("FrameSizeInBytes")
        json.number(frame.sizeInBytes)
        json.endObject()
    }

    private mutating func write(_ number: Int64?) {
        if let number { json.number(number) } else { json.null() }
    }
}
