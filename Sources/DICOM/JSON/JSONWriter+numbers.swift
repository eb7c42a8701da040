extension JSONWriter {
    /// A whole number.
    public mutating func number(_ value: some BinaryInteger) {
        separate()
        guard let small = Int(exactly: value) else {
            bytes.append(contentsOf: value.description.utf8)
            return
        }
        if small < 0 { bytes.append(UInt8(ascii: "-")) }
        var digits = 1
        var rest = small.magnitude / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        bytes.append(contentsOf: repeatElement(0, count: digits))
        rest = small.magnitude
        for place in 1...digits {
            bytes[bytes.count - place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// A number in the fewest digits that read back as the same double; whole values without a fraction (`1`).
    ///
    /// JSON has no infinities and no NaN: they are `null`.
    public mutating func number(_ value: Double) {
        if let whole = JSONWriter.whole(value) { number(whole) } else { shortest(value.description, value.isFinite) }
    }

    /// A number in the fewest digits that read back as the same float; otherwise as for a double.
    public mutating func number(_ value: Float) {
        let whole = JSONWriter.whole(Double(value))
        if let whole { number(whole) } else { shortest(value.description, value.isFinite) }
    }

    /// The value as an integer: if it is one, below 2^53 in size so that all its digits count, and not minus zero.
    private static func whole(_ value: Double) -> Int? {
        guard value.magnitude < 0x1p53 else { return nil }
        let whole = Int(value)
        return Double(whole) == value && (whole != 0 || value.sign == .plus) ? whole : nil
    }

    /// Swift's description of a number, which is its shortest form and JSON but for a needless `.0`.
    private mutating func shortest(_ description: String, _ isFinite: Bool) {
        guard isFinite else { return null() }
        json(description.hasSuffix(".0") ? description.utf8.dropLast(2) : description.utf8[...])
    }
}
