/// Writes the bits of packet headers, most significant first, with a bit stuffed after each 0xFF (T.800 B.10.1).
struct PacketBitWriter {
    private(set) var bytes: [UInt8] = []
    private var byte: UInt8 = 0
    private var freeBits = 8

    mutating func write(_ value: Int, count: Int) {
        var bit = count
        while bit > 0 {
            bit -= 1
            byte = byte << 1 | UInt8(truncatingIfNeeded: value >> bit & 1)
            freeBits -= 1
            if freeBits == 0 { flush() }
        }
    }

    /// Ends the header on a byte that is not 0xFF.
    mutating func align() {
        if freeBits < 8 || bytes.last == 0xFF {
            byte <<= UInt8(freeBits)
            flush()
            if bytes.last == 0xFF { bytes.append(0) }
        }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        byte = 0
        freeBits = 8
    }

    private mutating func flush() {
        bytes.append(byte)
        freeBits = byte == 0xFF ? 7 : 8
        byte = 0
    }
}
