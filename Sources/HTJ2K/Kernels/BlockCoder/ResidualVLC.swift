/// The variable-length codes of the exponent residuals u_q of a pair of quads (T.814 7.3.6).
enum ResidualVLC {
    /// How the residuals of a pair are coded; the index of a table of 64 entries.
    static let modes = 5
    /// Both quads have a residual in the first row and the MEL symbol says that not both exceed 2.
    static let lowPairInFirstRow = 4

    /// The code of a residual of 0 (no bits) to 74: prefix, suffix and extension with their lengths.
    @inline(__always)
    static func code(
        _ residual: Int
    ) -> (
        prefix: UInt64, prefixBits: Int, suffix: UInt64, suffixBits: Int, extra: UInt64, extraBits: Int
    ) {
        switch residual {
        case ..<1: (0, 0, 0, 0, 0, 0)
        case 1: (1, 1, 0, 0, 0, 0)
        case 2: (2, 2, 0, 0, 0, 0)
        case 3, 4: (4, 3, UInt64(residual &- 3), 1, 0, 0)
        case 5..<33: (0, 3, UInt64(residual &- 5), 5, 0, 0)
        default: (0, 3, UInt64(28 &+ (residual &- 33) & 3), 5, UInt64((residual &- 33) &>> 2), 4)
        }
    }
}
