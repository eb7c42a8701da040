/// Reads the bits of packet headers, most significant first, without the bit stuffed after each 0xFF (T.800 B.10.1).
struct PacketBitReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var position: Int
    let end: Int
    private var byte: UInt8 = 0
    private var bits = 0

    /// A reader over `range`, which lies in `bytes`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    mutating func readBit() throws(CodestreamError) -> Int {
        if bits == 0 {
            guard position < end else { throw PacketBitReader.truncated(at: position) }
            bits = byte == 0xFF ? 7 : 8
            byte = bytes[position]
            position += 1
        }
        bits -= 1
        return Int(byte >> UInt8(bits) & 1)
    }

    mutating func readBits(_ count: Int) throws(CodestreamError) -> Int {
        var value = 0
        guard count < Int.bitWidth else {
            throw CodestreamError(.tooLarge, at: position, "a number is greater than this machine counts")
        }
        for _ in 0..<count {
            value = try value << 1 | readBit()
        }
        return value
    }

    /// Moves to the byte after the header; a last byte of 0xFF is followed by one more.
    mutating func align() throws(CodestreamError) {
        if byte == 0xFF {
            guard position < end else { throw PacketBitReader.truncated(at: position) }
            position += 1
        }
        byte = 0
        bits = 0
    }

    static func truncated(at position: Int) -> CodestreamError {
        CodestreamError(.truncated, at: position, "a packet ends early")
    }
}

extension PacketBitReader {
    /// Reads a number of coding passes (T.800 Table B.4).
    mutating func readPassCount() throws(CodestreamError) -> Int {
        if try readBit() == 0 { return 1 }
        if try readBit() == 0 { return 2 }
        let few = try readBits(2)
        if few < 3 { return 3 + few }
        let some = try readBits(5)
        if some < 31 { return 6 + some }
        return try 37 + readBits(7)
    }
}
