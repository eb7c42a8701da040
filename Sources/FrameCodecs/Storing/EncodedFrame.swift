/// One frame as it is to be stored, and what the metadata document says about it (spec/50 "IFRC").
public struct EncodedFrame: Sendable, Equatable {
    /// The bare codestream, the kept compressed stream, or native cells.
    public var bytes: [UInt8]
    /// The transfer syntax of `bytes`.
    public var transferSyntaxUID: String
    /// PixelDataChecksumFromBaseToFullResolution: smallest first, the full resolution last.
    ///
    /// Over decoded samples where we decode (little endian, Bits Allocated wide, colour by pixel); else one, over the
    /// file that GetImageFrame gives (``ImageFrameFile``): that is what is stored.
    public var checksums: [ResolutionChecksum]
    /// MinPixelValue; nil where we do not decode.
    public var minimum: Int?
    /// MaxPixelValue; nil where we do not decode.
    public var maximum: Int?
    /// FrameSizeInBytes: the decoded size where we decode, else the stored one.
    public var frameSizeInBytes: Int

    /// The parts as given.
    public init(
        bytes: [UInt8], transferSyntaxUID: String, checksums: [ResolutionChecksum], minimum: Int?, maximum: Int?,
        frameSizeInBytes: Int
    ) {
        self.bytes = bytes
        self.transferSyntaxUID = transferSyntaxUID
        self.checksums = checksums
        self.minimum = minimum
        self.maximum = maximum
        self.frameSizeInBytes = frameSizeInBytes
    }

    /// A frame stored as it came: one checksum over its file, no pixel values.
    static func kept(_ bytes: [UInt8], _ uid: String, _ pixel: PixelDescription) -> EncodedFrame {
        let file = ImageFrameFile.wrap(bytes, transferSyntaxUID: uid, pixel: pixel)
        return EncodedFrame(
            bytes: bytes, transferSyntaxUID: uid,
            checksums: [ResolutionChecksum(width: pixel.columns, height: pixel.rows, crc32: Checksum.crc32(file))],
            minimum: nil, maximum: nil, frameSizeInBytes: file.count)
    }
}

/// The checksum of one resolution of a frame.
public struct ResolutionChecksum: Sendable, Hashable {
    /// Pixels of a line.
    public var width: Int
    /// Lines.
    public var height: Int
    /// CRC-32 as ``Checksum`` makes it.
    public var crc32: UInt32

    /// The parts as given.
    public init(width: Int, height: Int, crc32: UInt32) {
        self.width = width
        self.height = height
        self.crc32 = crc32
    }
}
