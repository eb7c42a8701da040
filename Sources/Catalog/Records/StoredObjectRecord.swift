public import Blobs

/// Names one stored object: the immutable truth of one imported instance.
public struct StoredObjectID: RawRepresentable, Hashable, Sendable {
    /// The row's number.
    public var rawValue: Int64

    /// Wraps a row number.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The immutable truth of one imported instance: where its header, bulk values and frames lie.
public struct StoredObjectRecord: Sendable, Equatable {
    /// How the pixel data is kept.
    public enum PixelForm: String, Sendable {
        /// No pixel data.
        case none
        /// Frame by frame, in the stored transfer syntax.
        case frames
        /// As one blob (video, or what could not be taken apart), see `wholePixelData`.
        case whole
    }

    /// The data set without pixel data and bulk values, in the store's header form.
    public var header: BlobLocation
    /// The transfer syntax of the pixel data as stored.
    public var storedTransferSyntaxUID: String
    /// How the pixel data is kept.
    public var pixelForm: PixelForm
    /// How many frames it has; they may be appended in steps.
    public var frameCount: Int
    /// The pixel data element's value as it came, for `.whole`.
    public var wholePixelData: BlobLocation?
    /// Values over 1 MB, kept apart.
    public var bulkValues: [BulkValueRecord]
    /// Plain bytes of header, bulk values and frames together.
    public var byteCount: Int64

    /// Gathers the parts.
    public init(
        header: BlobLocation, storedTransferSyntaxUID: String, pixelForm: PixelForm, frameCount: Int,
        wholePixelData: BlobLocation?, bulkValues: [BulkValueRecord], byteCount: Int64
    ) {
        self.header = header
        self.storedTransferSyntaxUID = storedTransferSyntaxUID
        self.pixelForm = pixelForm
        self.frameCount = frameCount
        self.wholePixelData = wholePixelData
        self.bulkValues = bulkValues
        self.byteCount = byteCount
    }
}
