/// Writes plain bits, least significant first, eight bytes at a time.
struct PlainBitWriter {
    private let start: UnsafeMutableRawPointer
    private var output: UnsafeMutableRawPointer
    private var rest: UInt64 = 0
    private var restBits = 0

    /// A writer into a buffer that has room for all bits and 16 bytes more.
    init(_ start: UnsafeMutableRawPointer) {
        self.start = start
        output = start
    }

    /// Writes the low `count` ≤ 56 bits, above which `bits` is zero.
    @inline(__always)
    mutating func write(_ bits: UInt64, count: Int) {
        rest |= bits &<< UInt64(restBits)
        restBits &+= count
        output.storeBytes(of: rest, as: UInt64.self)
        output += restBits &>> 3
        rest &>>= UInt64(restBits & ~7)
        restBits &= 7
    }

    /// Pads with zeros and gives the number of bits.
    mutating func finish() -> Int {
        output.storeBytes(of: rest, as: UInt64.self)
        (output + 8).storeBytes(of: 0, as: UInt64.self)
        return (output - start) &* 8 &+ restBits
    }
}
