/// How an image is encoded; the default is what a data store writes.
public struct EncoderOptions: Sendable {
    /// Wavelet decompositions, 0 to 32; nil: the least number that brings the shorter side to 64 pixels or fewer.
    public var decompositionLevels: Int?
    /// Whether the reversible colour transform is applied to the first three components; nil: when there are exactly three.
    public var usesColourTransform: Bool?
    /// Width and height of the tiles the image is cut into; nil: one tile.
    public var tileSize: (width: Int, height: Int)?
    /// Who encodes; the bytes are the same whoever it is.
    public var workers = Workers.one

    /// The defaults.
    public init() {}
}
