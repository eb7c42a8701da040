/// Something about the pixel data of an imported instance that its owner should know; it is imported all the same.
public struct FrameWarning: Sendable, Hashable {
    /// The warnings of an import that come from pixel data; the raw value is the number the service prints.
    public enum Code: Int, CaseIterable, Sendable {
        /// The image pixel module contradicts itself; the frames are stored with every bit of their cells.
        case sopClassDataMismatch = 45063
        /// The pixel data cannot be transcoded, or what was written did not verify: kept as one blob.
        case transcodingException = 45312
        /// The frames cannot be separated: kept as one blob.
        case framesExtractionFailure = 45328
        /// Number of Frames (0028,0008) is not the number of frames found: kept as one blob.
        case frameNumberMismatch = 45329
        /// The offset table does not fit the fragments; where the frames can be told apart without it they are.
        case invalidOffsetTable = 45330
        /// The transfer syntax is none that can be taken apart: kept as one blob.
        case unsupportedTransferSyntax = 45344
        /// Anything else: kept as one blob.
        case other = 47513
    }

    /// What kind of warning.
    public var code: Code
    /// What exactly was found: names attributes, never values.
    public var message: String

    /// A warning of kind `code`.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
