/// What a word of a decoded block stands for.
struct WordScale: Sendable {
    /// Bit-planes below the last one decoded: of the cleanup pass, or of refinement when the words hold two more bits.
    var bitPlane: Int
    /// Words are (4μ + refinement) << 1 | sign, in quarters of the cleanup pass's bit-plane.
    var isRefined: Bool
    /// The quantisation step of the sub-band.
    var step: Float
}

/// Which words of a decoded block become coefficients: how many rows, of how many words, and how far apart they lie.
struct WordRows: Sendable {
    var count: Int
    var width: Int
    /// From a row to the next, in words and in coefficients.
    var wordStride: Int
    var coefficientStride: Int
}

/// Decoded words to coefficients of the reversible path (T.800 E.1.2).
enum Reconstruction {
    @inline(__always)
    static func reconstruct<Word: CoefficientWord, T: FixedWidthInteger & SignedInteger>(
        _ words: UnsafePointer<Word>, _ rows: WordRows, bitPlane: Int, isRefined: Bool,
        into target: UnsafeMutablePointer<T>
    ) {
        for row in 0..<rows.count {
            reconstruct(
                words + row &* rows.wordStride, count: rows.width, bitPlane: bitPlane, isRefined: isRefined,
                into: target + row &* rows.coefficientStride)
        }
    }

    @inline(__always)
    private static func reconstruct<Word: CoefficientWord, T: FixedWidthInteger & SignedInteger>(
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
