/// A level of an inverse wavelet transform that gives the rows of its plane from top to bottom.
protocol RowSynthesis {
    associatedtype Element

    /// The level, joined into a plane that keeps all rows.
    init(_ level: WaveletLevel, plane: UnsafeMutablePointer<Element>, stride: Int)

    /// The level, joined through `streamedRows` rows of memory.
    init(
        _ level: WaveletLevel, streamedThrough memory: UnsafeMutablePointer<Element>,
        stride: Int)

    /// Rows of memory that a streamed level of that height needs.
    static func streamedRows(height: Int) -> Int

    /// Row `y`, not less than in the call before; when streamed it is valid until the next call.
    mutating func row(_ y: Int) -> UnsafePointer<Element>
}
