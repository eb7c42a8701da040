/// The variable-length codes of the exponent residuals u_q of a pair of quads (T.814 7.3.6), for look-up by pair.
enum ResidualVLCTable {
    /// How the residuals of a pair are coded; the index of a table of 64 entries.
    static let modes = 5
    /// Both quads have a residual in the first row and the MEL symbol says that not both exceed 2.
    static let lowPairInFirstRow = 4

    /// By `mode << 6 | next six bits`; mode 0 to 3 is u_off of the first quad + 2 × u_off of the second.
    ///
    /// An entry holds, from bit 0: bits of all prefixes (3), bits of all suffixes (4), suffix bits of the first quad (3),
    /// prefix value of the first (3), prefix value of the second (3).
    static let entries: [UInt16] = (0..<modes << 6).map { index in
        let mode = index >> 6
        var bits = index & 63
        var prefixBits = 0
        func prefix() -> (value: Int, suffixBits: Int) {
            let (length, value, suffix) =
                bits & 1 != 0 ? (1, 1, 0) : bits & 2 != 0 ? (2, 2, 0) : bits & 4 != 0 ? (3, 3, 1) : (3, 5, 5)
            bits >>= length
            prefixBits += length
            return (value, suffix)
        }
        var first = (value: 0, suffixBits: 0)
        var second = (value: 0, suffixBits: 0)
        if mode & 1 != 0 || mode == lowPairInFirstRow { first = prefix() }
        if mode == lowPairInFirstRow, first.value > 2 {
            second.value = bits & 1 + 1
            prefixBits += 1
        } else if mode >= 2 {
            second = prefix()
        }
        let suffixBits = first.suffixBits + second.suffixBits
        return UInt16(
            prefixBits | suffixBits << 3 | first.suffixBits << 7 | first.value << 10 | second.value << 13)
    }

    /// The code of a residual of 0 (no bits) to 74: prefix, suffix and extension with their lengths.
    @inline(__always)
    static func code(
        _ residual: Int
    ) -> (prefix: UInt64, prefixBits: Int, suffix: UInt64, suffixBits: Int, extra: UInt64, extraBits: Int) {
        switch residual {
        case ..<1: (0, 0, 0, 0, 0, 0)
        case 1: (1, 1, 0, 0, 0, 0)
        case 2: (2, 2, 0, 0, 0, 0)
        case 3, 4: (4, 3, UInt64(residual &- 3), 1, 0, 0)
        case 5..<33: (0, 3, UInt64(residual &- 5), 5, 0, 0)
        default: (0, 3, UInt64(28 &+ (residual &- 33) & 3), 5, UInt64((residual &- 33) &>> 2), 4)
        }
    }

    /// By residual below 33: prefix from bit 0, its bits from bit 4, suffix from bit 8, its bits from bit 13.
    static let codes: [UInt16] = (0..<33).map { residual in
        let code = code(residual)
        return UInt16(
            code.prefix | UInt64(code.prefixBits) << 4 | code.suffix << 8 | UInt64(code.suffixBits) << 13)
    }
}
