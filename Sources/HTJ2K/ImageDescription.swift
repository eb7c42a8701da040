/// What the samples of an image are: its size, its components and how each sample lies in memory.
///
/// Samples are interleaved by pixel, rows from the top, each in the smallest little-endian container of 1, 2 or 4 bytes
/// that holds `bitDepth` bits; signed values are sign-extended in it, unsigned ones zero-extended.
public struct ImageDescription: Sendable, Hashable {
    /// Pixels in a row.
    public var width: Int
    /// Rows.
    public var height: Int
    /// Samples in a pixel.
    public var components: Int
    /// Bits that a sample may use, 1 to 32.
    public var bitDepth: Int
    /// Whether samples are two's complement.
    public var isSigned: Bool

    /// A description; it is checked where it is used.
    public init(width: Int, height: Int, components: Int, bitDepth: Int, isSigned: Bool) {
        self.width = width
        self.height = height
        self.components = components
        self.bitDepth = bitDepth
        self.isSigned = isSigned
    }

    /// Bytes of one sample in memory: 1, 2 or 4.
    public var bytesPerSample: Int {
        bitDepth <= 8 ? 1 : bitDepth <= 16 ? 2 : 4
    }

    /// Bytes of the whole image in memory.
    public var byteCount: Int {
        width * height * components * bytesPerSample
    }
}

extension ImageDescription {
    /// The samples of the image, or nil when the numbers are not those of an image that this codec codes.
    var checkedSampleCount: Int? {
        guard width > 0, height > 0, components > 0, components <= 16384, (1...32).contains(bitDepth)
        else {
            return nil
        }
        guard UInt64(width) <= UInt32.max, UInt64(height) <= UInt32.max else { return nil }
        let (pixels, tooMany) = width.multipliedReportingOverflow(by: height)
        let (samples, tooManySamples) = pixels.multipliedReportingOverflow(by: components)
        guard !tooMany, !tooManySamples, samples <= Int.max / 32 else { return nil }
        return samples
    }
}
