/// What a word of a decoded block stands for.
struct WordScale: Sendable {
    /// Bit-planes below the last one decoded: of the cleanup pass, or of refinement when the words hold two more bits.
    var bitPlane: Int
    /// Words are (4μ + refinement) << 1 | sign, in quarters of the cleanup pass's bit-plane.
    var isRefined: Bool
    /// The quantisation step of the sub-band.
    var step: Float
}

/// Decoded words to coefficients of the reversible path (T.800 E.1.2).
enum Reconstruction {
    @inline(__always)
    static func reconstruct<Word: CoefficientWord, T: FixedWidthInteger & SignedInteger>(
        _ words: UnsafePointer<Word>, count: Int, bitPlane: Int, isRefined: Bool,
        into row: UnsafeMutablePointer<T>
    ) {
        if !isRefined, bitPlane == 0 {
            for x in 0..<count {
                let sign = T(truncatingIfNeeded: words[x] & 1)
                row[x] = (T(truncatingIfNeeded: words[x] &>> 1) ^ (0 &- sign)) &+ sign
            }
            return
        }
        // The middle of what the bits not decoded leave open, rounded towards zero.
        let halves = isRefined ? bitPlane &- 2 : bitPlane &- 1
        for x in 0..<count {
            let word = words[x]
            var magnitude = T(truncatingIfNeeded: word &>> 1)
            if !isRefined, magnitude != 0 { magnitude = magnitude &<< 1 | 1 }
            magnitude = halves >= 0 ? magnitude << halves : magnitude >> -halves
            row[x] = word & 1 != 0 ? 0 &- magnitude : magnitude
        }
    }
}
