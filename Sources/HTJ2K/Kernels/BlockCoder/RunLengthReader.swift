/// Reads the symbols of the adaptive run-length coder, MEL (T.814 7.3.3), forward from the start of the suffix.
struct RunLengthReader {
    private let bytes: UnsafePointer<UInt8>
    private var position = 0
    private let end: Int
    private var byte = 0
    private var bits = 0
    private var state = 0
    private var zeros = 0
    private var oneFollows = false

    /// Exponents of the run lengths, by state, four bits each.
    private static let exponents: UInt64 = 0x5_4332_2211_1000

    /// Reads the suffix of `count` ≥ 2 bytes at `bytes`, whose last byte and a half are not the coder's.
    init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        self.bytes = bytes
        end = count
    }

    @inline(__always)
    mutating func next() -> Bool {
        if zeros > 0 {
            zeros &-= 1
            return false
        }
        if oneFollows {
            oneFollows = false
            return true
        }
        return refill()
    }

    /// Decodes the next run and gives its first symbol.
    private mutating func refill() -> Bool {
        let exponent = Int(
            truncatingIfNeeded: RunLengthReader.exponents &>> UInt64(truncatingIfNeeded: 4 &* state) & 15)
        if readBit() == 1 {
            zeros = 1 &<< exponent &- 1
            state = min(state &+ 1, 12)
            return false
        }
        var run = 0
        for _ in 0..<exponent {
            run = run &<< 1 | readBit()
        }
        state = max(state &- 1, 0)
        guard run > 0 else { return true }
        zeros = run &- 1
        oneFollows = true
        return false
    }

    private mutating func readBit() -> Int {
        if bits == 0 {
            bits = byte == 0xFF ? 7 : 8
            if position < end {
                byte = Int(bytes[position])
                // The place of Scup reads as ones.
                if position >= end &- 2 { byte |= position == end &- 1 ? 0xFF : 0x0F }
            } else {
                byte = 0xFF
            }
            position &+= 1
        }
        bits &-= 1
        return byte &>> bits & 1
    }
}
