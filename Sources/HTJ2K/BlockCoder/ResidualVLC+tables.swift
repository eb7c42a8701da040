extension ResidualVLC {
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
                bits & 1 != 0
                ? (1, 1, 0) : bits & 2 != 0 ? (2, 2, 0) : bits & 4 != 0 ? (3, 3, 1) : (3, 5, 5)
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

    /// By residual below 33: prefix from bit 0, its bits from bit 4, suffix from bit 8, its bits from bit 13.
    static let codes: [UInt16] = (0..<33).map { residual in
        let code = code(residual)
        return UInt16(
            code.prefix | UInt64(code.prefixBits) << 4 | code.suffix << 8 | UInt64(code.suffixBits) << 13)
    }
}
