public import Blobs
public import ImageSets

/// One stored frame.
public struct FrameRecord: Sendable, Hashable {
    /// Checksum of one resolution's decoded samples (spec/50 "IFRC"), as documents tell it.
    public typealias Resolution = FrameEntry.ResolutionChecksum

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
