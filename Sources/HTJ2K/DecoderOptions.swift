/// A rectangle of pixels, counted from the top left one of the image.
public struct PixelRegion: Sendable, Hashable {
    /// The first column.
    public var x: Int
    /// The first row.
    public var y: Int
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int

    /// The pixels of `width` columns from `x` and `height` rows from `y`.
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}

/// How the samples of several components follow each other.
public enum SampleArrangement: String, Sendable, Hashable, CaseIterable {
    /// The components of a pixel side by side.
    case interleaved
    /// All of one component, then all of the next.
    case planar
}

/// What is decoded of a codestream, and into what; the default is the whole image, interleaved.
public struct DecoderOptions: Sendable {
    /// Halvings of the image.
    public var reducedBy = 0
    /// The pixels wanted of the image after these halvings; nil: all. Blocks outside it are not decoded.
    public var region: PixelRegion?
    /// How the components lie.
    public var arrangement = SampleArrangement.interleaved
    /// Bytes of a sample, 1, 2 or 4: no less than the image's `bytesPerSample`, which is taken when nil.
    public var bytesPerSample: Int?
    /// Who decodes; the samples are the same whoever it is.
    public var workers = Workers.one

    /// The defaults.
    public init() {}
}
