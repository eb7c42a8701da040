/// Image compression by libraries that are not ours (spec/50 "Foreign decoders").
///
/// Implementations MUST answer an error, and do no harm, whatever bytes they get; the one that servers use runs the
/// libraries in processes of their own. Calls block: make them on threads that may.
public protocol ForeignCodec: Sendable {
    /// The cells of one frame: exactly `shape.byteCount` bytes. Cells that are wider than the coded samples are extended,
    /// by the sign where the shape or the stream is signed.
    func decode(_ frame: [UInt8], _ scheme: ForeignScheme, _ shape: FrameShape) throws(FrameError) -> [UInt8]

    /// A JPEG 2000 frame at every resolution whose shorter side is at least `minimumSide`, and at the full one, smallest
    /// first.
    func decodeResolutions(
        _ frame: [UInt8], _ shape: FrameShape, minimumSide: Int
    ) throws(FrameError) -> [ForeignResolution]

    /// The cells losslessly coded as a JPEG 2000 codestream: 5/3, RPCL, a tile-part for every resolution, TLM.
    func encodeJPEG2000(
        _ cells: [UInt8], _ shape: FrameShape, _ encoding: JPEG2000Encoding
    ) throws(FrameError) -> [UInt8]
}

/// The families of streams that foreign libraries decode.
public enum ForeignScheme: UInt32, Sendable, CaseIterable {
    /// JPEG, ISO/IEC 10918-1: DCT of 8 and 12 bits, lossless.
    case jpeg = 1
    /// JPEG-LS, ISO/IEC 14495-1.
    case jpegLS = 2
    /// JPEG 2000, ISO/IEC 15444-1.
    case jpeg2000 = 3
    /// JPEG XL, ISO/IEC 18181.
    case jpegXL = 4
}

/// What a decoded frame is made of.
public struct FrameShape: Sendable, Hashable {
    /// Pixels of a line.
    public var columns: Int
    /// Lines.
    public var rows: Int
    /// Cells of a pixel, 1 to 4.
    public var samplesPerPixel: Int
    /// 1, 2 or 4.
    public var bytesPerCell: Int
    /// Whether cells are two's complement.
    public var isSigned: Bool

    /// The parts as given.
    public init(columns: Int, rows: Int, samplesPerPixel: Int, bytesPerCell: Int, isSigned: Bool) {
        self.columns = columns
        self.rows = rows
        self.samplesPerPixel = samplesPerPixel
        self.bytesPerCell = bytesPerCell
        self.isSigned = isSigned
    }

    /// The bytes of the frame.
    public var byteCount: Int {
        columns * rows * samplesPerPixel * bytesPerCell
    }
}

/// One resolution of a frame.
public struct ForeignResolution: Sendable, Equatable {
    /// Pixels of a line.
    public var columns: Int
    /// Lines.
    public var rows: Int
    /// Its cells.
    public var cells: [UInt8]

    /// The parts as given.
    public init(columns: Int, rows: Int, cells: [UInt8]) {
        self.columns = columns
        self.rows = rows
        self.cells = cells
    }
}

/// How a frame is coded as JPEG 2000.
public struct JPEG2000Encoding: Sendable, Hashable {
    /// Bits that hold every sample.
    public var bitDepth: Int
    /// Whether those bits are two's complement.
    public var isSigned: Bool
    /// Whether the reversible colour transform is applied to the three samples of a pixel.
    public var transformsColours: Bool
    /// Wavelet decompositions.
    public var decompositionLevels: Int

    /// The parts as given.
    public init(bitDepth: Int, isSigned: Bool, transformsColours: Bool, decompositionLevels: Int) {
        self.bitDepth = bitDepth
        self.isSigned = isSigned
        self.transformsColours = transformsColours
        self.decompositionLevels = decompositionLevels
    }
}
