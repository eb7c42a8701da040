public import Blobs

/// Names one stored object: the immutable truth of one imported instance.
public struct StoredObjectID: RawRepresentable, Hashable, Sendable {
    public var rawValue: Int64
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
    public var pixelForm: PixelForm
    public var frameCount: Int
    /// The pixel data element's value as it came, for `.whole`.
    public var wholePixelData: BlobLocation?
    public var bulkValues: [BulkValueRecord]
    /// Plain bytes of header, bulk values and frames together.
    public var byteCount: Int64

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

/// A value over 1 MB kept apart from its header, addressed in URLs by its hash.
public struct BulkValueRecord: Sendable, Hashable {
    /// The first 128 bits of the SHA-256 of (object header salt, path), as 32 lower-case hex digits.
    public var hash: String
    public var location: BlobLocation

    public init(hash: String, location: BlobLocation) {
        self.hash = hash
        self.location = location
    }
}

/// One stored frame.
public struct FrameRecord: Sendable, Hashable {
    /// Checksum of one resolution's decoded samples (spec/50 "IFRC").
    public struct Resolution: Sendable, Hashable {
        public var width: Int
        public var height: Int
        public var checksum: UInt32
        public init(width: Int, height: Int, checksum: UInt32) {
            self.width = width
            self.height = height
            self.checksum = checksum
        }
    }

    public var location: BlobLocation
    /// FrameSizeInBytes of the metadata document.
    public var sizeInBytes: Int64
    public var minimumPixelValue: Int64?
    public var maximumPixelValue: Int64?
    /// Smallest first; the last is the full resolution.
    public var resolutions: [Resolution]

    public init(
        location: BlobLocation, sizeInBytes: Int64, minimumPixelValue: Int64?, maximumPixelValue: Int64?,
        resolutions: [Resolution]
    ) {
        self.location = location
        self.sizeInBytes = sizeInBytes
        self.minimumPixelValue = minimumPixelValue
        self.maximumPixelValue = maximumPixelValue
        self.resolutions = resolutions
    }
}
