/// One entry of an instance's `ImageFrames` in the metadata document.
public struct FrameEntry: Sendable, Hashable {
    /// Width, height and CRC-32 of one resolution's decoded samples.
    public struct ResolutionChecksum: Sendable, Hashable {
        /// Columns.
        public var width: Int
        /// Rows.
        public var height: Int
        /// The CRC-32.
        public var checksum: UInt32

        /// Gathers the parts.
        public init(width: Int, height: Int, checksum: UInt32) {
            self.width = width
            self.height = height
            self.checksum = checksum
        }
    }

    /// The frame's id.
    public var id: ImageFrameID
    /// The checksums, smallest resolution first; the last is the full one.
    public var checksums: [ResolutionChecksum]
    /// The least sample; nil where the frame is kept in its original coding.
    public var minimumPixelValue: Int64?
    /// The greatest sample; nil where the frame is kept in its original coding.
    public var maximumPixelValue: Int64?
    /// `FrameSizeInBytes`: the decoded size of a transcoded frame, the stored size of a kept one.
    public var sizeInBytes: Int64

    /// Gathers the parts.
    public init(
        id: ImageFrameID, checksums: [ResolutionChecksum], minimumPixelValue: Int64?, maximumPixelValue: Int64?,
        sizeInBytes: Int64
    ) {
        self.id = id
        self.checksums = checksums
        self.minimumPixelValue = minimumPixelValue
        self.maximumPixelValue = maximumPixelValue
        self.sizeInBytes = sizeInBytes
    }
}
