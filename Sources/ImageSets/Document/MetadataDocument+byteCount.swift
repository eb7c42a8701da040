import DICOM

/// How long a document is, for the limit of an image set (spec/10: 50 MB), without one being written: that of its levels
/// and those of its instances add up to its length, whatever the ids are.
extension MetadataDocument {
    /// What a URI of a bulk value is counted as. It depends on the endpoint that is asked: this is no less than the longest
    /// host and three UIDs of 256 characters make.
    public static let bulkDataURIByteCount = 1_280

    /// What a document takes besides its instances, of which there is at least one.
    public static func byteCount(of levels: ImageSetLevels) -> Int {
        var document = MetadataDocument(datastore: DatastoreID(0), imageSet: ImageSetID(0), levels: levels)
        document.finish()
        // Every instance is counted with a comma, and the first has none.
        return document.pendingByteCount - 1
    }

    /// No less than ``byteCount(of:)-(ImageSetLevels)``, and in a fraction of its time: what asks whether a document fits
    /// mostly needs no more.
    public static func greatestByteCount(of levels: ImageSetLevels) -> Int {
        // Member names, two ids and the Series Instance UID once more.
        AttributeLevel.shared.reduce(4_096) { $0 + levels[$1].greatestJSONByteCount }
    }

    /// What an instance takes in a document, the comma before it included.
    public static func byteCount(
        of header: StoredHeader, storedTransferSyntaxUID: String, frames: some Sequence<FrameEntry>
    ) -> Int {
        var document = MetadataDocument(bytes: [])
        document.write(header, storedTransferSyntaxUID: storedTransferSyntaxUID, frames: EmptyCollection()) { _ in
            longURI
        }
        return document.pendingByteCount + 1 + byteCount(of: frames)
    }

    private static func byteCount(of frames: some Sequence<FrameEntry>) -> Int {
        // Written like everything else, but a piece at a time: an instance can have 100,000.
        var json = JSONWriter(capacity: pieceBytes + 4_096)
        var count = 0
        for frame in frames {
            json.write(frame)
            if json.bytes.count >= pieceBytes { count += json.takeBytes().count }
        }
        return count + json.bytes.count
    }

    private static let longURI = String(repeating: " ", count: bulkDataURIByteCount)
    private static let pieceBytes = 32 << 10
}

extension DataSet {
    /// No less than the attributes take as members of an object, with their lines of `DICOMVRs`.
    fileprivate var greatestJSONByteCount: Int {
        elements.reduce(0) { count, element in
            // The name, 64 characters at most, the VR, brackets and a comma.
            switch element.value {
            // \u001B and the like are what grows most; numbers, base64 and UTF-8 stay below that.
            case .bytes(let bytes): count + 128 + 6 * bytes.count
            case .items(let items): items.reduce(count + 128) { $0 + 4 + $1.greatestJSONByteCount }
            case .bulk: count + 128 + MetadataDocument.bulkDataURIByteCount
            }
        }
    }
}
