public import DICOM

/// What the image pixel module (PS3.3 C.7.6.3) says about the samples of a frame; every number checked.
///
/// Pixel cells are `bitsAllocated` wide, `samplesPerPixel` a pixel; the sample is the `bitsStored` bits below and with
/// `highBit` (PS3.5 8.1.1).
public struct PixelDescription: Sendable, Equatable {
    /// The most bytes that one frame may have. Larger ones are kept as they came, which needs no memory for them, as
    /// encoding would (``FrameTranscoder``).
    public static let maximumFrameByteCount = 1 << 28

    /// What a pixel cell holds.
    public enum SampleType: Sendable, Equatable {
        /// Whole numbers from 0.
        case unsigned
        /// Whole numbers in two's complement.
        case signed
        /// IEEE 754 numbers of Float or Double Float Pixel Data.
        case floatingPoint
    }

    /// Lines of a frame, at least 1.
    public var rows: Int
    /// Pixels of a line, at least 1.
    public var columns: Int
    /// 1 to 4.
    public var samplesPerPixel: Int
    /// 1, 8, 16, 32 or 64.
    public var bitsAllocated: Int
    /// 1 to `bitsAllocated`.
    public var bitsStored: Int
    /// `bitsStored - 1` to `bitsAllocated - 1`.
    public var highBit: Int
    /// What a pixel cell holds.
    public var sampleType: SampleType
    /// 0: colour by pixel; 1: colour by plane. Always 0 for one sample a pixel.
    public var planarConfiguration: Int
    /// The defined term of Photometric Interpretation (0028,0004), upper case; empty when absent.
    public var photometricInterpretation: String
    /// Number of Frames (0028,0008); 1 when absent, nil when its value is no number of frames.
    public var numberOfFrames: Int?
    /// Whether the native cells hold two chroma samples for every two pixels: Y Y Cb Cr (PS3.3 C.7.6.3.1.2
    /// YBR_FULL_422).
    public var isChromaSubsampled: Bool
    /// Attributes whose values contradict the cells (PS3.5 8.1.1) and count for nothing: Pixel Representation, Bits
    /// Stored, High Bit.
    public var contradictions: [Tag] = []

    /// A description whose numbers the caller vouches for.
    public init(
        rows: Int, columns: Int, samplesPerPixel: Int = 1, bitsAllocated: Int, bitsStored: Int? = nil,
        highBit: Int? = nil, sampleType: SampleType = .unsigned, planarConfiguration: Int = 0,
        photometricInterpretation: String = "", numberOfFrames: Int? = 1, isChromaSubsampled: Bool = false
    ) {
        self.rows = rows
        self.columns = columns
        self.samplesPerPixel = samplesPerPixel
        self.bitsAllocated = bitsAllocated
        self.bitsStored = bitsStored ?? bitsAllocated
        self.highBit = highBit ?? (bitsStored ?? bitsAllocated) - 1
        self.sampleType = sampleType
        self.planarConfiguration = planarConfiguration
        self.photometricInterpretation = photometricInterpretation
        self.numberOfFrames = numberOfFrames
        self.isChromaSubsampled = isChromaSubsampled
    }

    /// Whether samples are whole numbers in two's complement (Pixel Representation 1).
    public var isSigned: Bool {
        sampleType == .signed
    }

    /// The bits of one native frame: Rows × Columns × Samples per Pixel × Bits Allocated, two samples a pixel where
    /// chroma is subsampled.
    public var frameBitCount: Int {
        rows * columns * (isChromaSubsampled ? 2 : samplesPerPixel) * bitsAllocated
    }

    /// The bytes of one decoded frame: native cells, little endian, colour by pixel; cells of 1 bit packed into whole
    /// bytes, the first pixel in the lowest bit (PS3.5 8.1.1).
    public var frameByteCount: Int {
        (frameBitCount + 7) / 8
    }

    /// The bytes of one pixel cell; 0 for cells of 1 bit.
    var bytesPerSample: Int {
        bitsAllocated / 8
    }
}
