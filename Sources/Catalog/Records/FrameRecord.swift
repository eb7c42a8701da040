public import Blobs

/// One stored frame.
public struct FrameRecord: Sendable, Hashable {
    /// Checksum of one resolution's decoded samples (spec/50 "IFRC").
    public struct Resolution: Sendable, Hashable {
        /// Columns of this resolution.
        public var width: Int
        /// Rows of this resolution.
        public var height: Int
        /// CRC-32 of its samples.
        public var checksum: UInt32

        /// Gathers the parts.
        public init(width: Int, height: Int, checksum: UInt32) {
            self.width = width
            self.height = height
            self.checksum = checksum
        }
    }

    /// Where the frame lies.
    public var location: BlobLocation
    /// FrameSizeInBytes of the metadata document.
    public var sizeInBytes: Int64
    /// The smallest sample value, where the samples are known.
    public var minimumPixelValue: Int64?
    /// The greatest sample value, where the samples are known.
    public var maximumPixelValue: Int64?
    /// Smallest first; the last is the full resolution.
    public var resolutions: [Resolution]

    /// Gathers the parts.
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
