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

    /// What an instance takes in a document, the comma before it included.
    public static func byteCount(
        of header: StoredHeader, storedTransferSyntaxUID: String, frames: some Sequence<FrameEntry>
    ) -> Int {
        let uri = String(repeating: " ", count: bulkDataURIByteCount)
        var document = MetadataDocument(bytes: [])
        document.write(header, storedTransferSyntaxUID: storedTransferSyntaxUID, frames: EmptyCollection()) { _ in uri }
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

    private static let pieceBytes = 32 << 10
}
