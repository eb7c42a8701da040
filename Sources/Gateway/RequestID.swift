/// The name of a request in its answer and in the log: a random UUID (RFC 9562 5.4) in lower case.
struct RequestID {
    /// Such as `550e8400-e29b-41d4-a716-446655440000`.
    let text: String

    /// The id made of 122 of these random bits.
    init(random: UInt128) {
        let version: UInt128 = 0x4 << 76
        let variant: UInt128 = 0x2 << 62
        let bits = random & ~(0xF << 76) & ~(0x3 << 62) | version | variant
        text = String(unsafeUninitializedCapacity: 36) { characters in
            var position = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    characters[position] = UInt8(ascii: "-")
                    position += 1
                }
                let value = UInt8(truncatingIfNeeded: bits >> UInt128(124 - 4 * digit)) & 0xF
                characters[position] = value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
                position += 1
            }
            return position
        }
    }
}
