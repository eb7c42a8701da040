/// Writes the symbols of the adaptive run-length coder, MEL (T.814 7.3.3).
struct RunLengthWriter {
    private let bytes: UnsafeMutablePointer<UInt8>
    private var count = 0
    private var byte: UInt8 = 0
    private var freeBits = 8
    private var state = 0
    private var run = 0

    private static let exponents: UInt64 = 0x5_4332_2211_1000

    /// A writer into a buffer that has room for the runs of the largest block.
    init(_ bytes: UnsafeMutablePointer<UInt8>) {
        self.bytes = bytes
    }

    private var exponent: Int {
        Int(
            truncatingIfNeeded: RunLengthWriter.exponents &>> UInt64(truncatingIfNeeded: 4 &* state) & 15)
    }

    @inline(__always)
    mutating func write(_ symbol: Bool) {
        if symbol {
            writeRun()
        } else {
            run &+= 1
            if run >= 1 &<< exponent {
                writeBit(1)
                run = 0
                state = min(state &+ 1, 12)
            }
        }
    }

    private mutating func writeRun() {
        writeBit(0)
        var bit = exponent
        while bit > 0 {
            bit &-= 1
            writeBit(UInt8(truncatingIfNeeded: run &>> bit & 1))
        }
        run = 0
        state = max(state &- 1, 0)
    }

    private mutating func writeBit(_ bit: UInt8) {
        byte = byte &<< 1 | bit
        freeBits &-= 1
        if freeBits == 0 {
            bytes[count] = byte
            count &+= 1
            freeBits = byte == 0xFF ? 7 : 8
            byte = 0
        }
    }

    /// Ends a run that is under way as if it were complete, and moves the last bits to the top of their byte.
    mutating func finish() {
        if run > 0 { writeBit(1) }
        byte &<<= UInt8(freeBits)
    }

    /// Writes these bytes, then, turned round, the `codeCount` bytes of the code stream, of whose last byte `lastBits` are
    /// used, then the byte that will hold the upper half of the length; gives the bytes of all.
    func join(
        _ backward: UnsafeMutablePointer<UInt8>, codeCount: Int, lastBits: Int,
        into output: UnsafeMutablePointer<UInt8>
    ) -> Int {
        output.update(from: bytes, count: count)
        var total = count
        var codeCount = codeCount
        if freeBits < 8 {
            // The free low bits of the last byte take the other stream's last byte when its used bits agree.
            let last = backward[codeCount &- 1]
            let usedHere = 0xFF &<< UInt8(freeBits)
            let usedThere = UInt8(truncatingIfNeeded: 1 &<< lastBits &- 1)
            let shared = byte | last & usedThere
            let agrees = (shared ^ byte) & usedHere == 0 && (shared ^ last) & usedThere == 0
            if agrees, shared != 0xFF, codeCount > 1 {
                output[total] = shared
                codeCount &-= 1
            } else {
                output[total] = byte
            }
            total &+= 1
        }
        for index in 0..<codeCount {
            output[total &+ index] = backward[codeCount &- 1 &- index]
        }
        output[total &+ codeCount] = 0xFF
        return total &+ codeCount &+ 1
    }
}
