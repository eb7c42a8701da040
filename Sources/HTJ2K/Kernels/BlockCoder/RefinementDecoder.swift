/// Decodes the significance propagation and magnitude refinement passes of a high-throughput block (T.814 7.4, 7.5).
///
/// Words come in as the cleanup pass leaves them, magnitude << 1 | sign, and go out in quarters of that pass's bit-plane,
/// each in the middle of what is left open: 4μ + 2 unrefined, 4μ + 2b + 1 refined by bit b, 3 newly significant.
struct RefinementDecoder<Word: CoefficientWord> {
    let memory: BlockMemory<Word>

    /// Decodes the refinement segment of a block; `hasMagnitudes` when a magnitude refinement pass is in it.
    func decode(
        _ bytes: UnsafePointer<UInt8>, count: Int, hasMagnitudes: Bool, isVerticallyCausal: Bool,
        width: Int,
        height: Int
    ) {
        let flags = memory.flags
        let flagStride = width &+ 2
        flags.initialize(repeating: 0, count: flagStride &* (height &+ 2))
        let stride = (width &+ 1) & ~1
        let words = memory.words
        for y in 0..<height {
            for x in 0..<width where words[y &* stride &+ x] != 0 {
                flags[(y &+ 1) &* flagStride &+ x &+ 1] = 1
            }
        }
        var magnitudes = BackwardBits(bytes, count: count)
        for top in Swift.stride(from: 0, to: height, by: 4) {
            for x in 0..<width {
                for y in top..<min(top &+ 4, height) {
                    let place = words + (y &* stride &+ x)
                    let word = UInt64(place.pointee)
                    guard word != 0 else { continue }
                    let middle: UInt8 = hasMagnitudes ? magnitudes.next() &* 2 &+ 1 : 2
                    let sign = word & 1
                    // magnitude << 1 | sign becomes (4 × magnitude + middle) << 1 | sign.
                    place.pointee = Word(
                        truncatingIfNeeded: (word &- sign) &* 4 &+ UInt64(middle &* 2) &+ sign)
                }
            }
        }
        var bits = ForwardBits(bytes, count: count)
        for top in Swift.stride(from: 0, to: height, by: 4) {
            let bottom = min(top &+ 4, height)
            for left in Swift.stride(from: 0, to: width, by: 4) {
                var found: UInt16 = 0
                for x in left..<min(left &+ 4, width) {
                    for y in top..<bottom {
                        let flag = flags + ((y &+ 1) &* flagStride &+ x &+ 1)
                        guard flag[0] == 0 else { continue }
                        let above = flag - flagStride
                        let below = flag + flagStride
                        var near = above[-1] | above[0] | above[1] | flag[-1] | flag[1]
                        if !isVerticallyCausal || y &+ 1 < top &+ 4 { near |= below[-1] | below[0] | below[1] }
                        guard near != 0, bits.next() == 1 else { continue }
                        flag[0] = 1
                        found |= 1 &<< UInt16((x &- left) &* 4 &+ y &- top)
                    }
                }
                while found != 0 {
                    let place = found.trailingZeroBitCount
                    found &= found &- 1
                    let target = words + ((top &+ place & 3) &* stride &+ left &+ place &>> 2)
                    target.pointee = Word(6 &+ bits.next())
                }
            }
        }
    }
}

/// Reads bits forward, least significant first, seven after each 0xFF; zeros past the end.
private struct ForwardBits {
    private let bytes: UnsafePointer<UInt8>
    private let count: Int
    private var position = 0
    private var byte: UInt8 = 0
    private var bits = 0
    private var isAfterOnes = false

    init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        self.bytes = bytes
        self.count = count
    }

    mutating func next() -> UInt8 {
        if bits == 0 {
            byte = position < count ? bytes[position] : 0
            position &+= 1
            bits = isAfterOnes ? 7 : 8
            isAfterOnes = byte == 0xFF
        }
        bits &-= 1
        defer { byte &>>= 1 }
        return byte & 1
    }
}

/// Reads bits backward, least significant first, seven of a byte with all of these set after one above 0x8F; zeros past
/// the start.
private struct BackwardBits {
    private let bytes: UnsafePointer<UInt8>
    private var position: Int
    private var byte: UInt8 = 0
    private var last: UInt8 = 0xFF
    private var bits = 0

    init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        self.bytes = bytes
        position = count &- 1
    }

    mutating func next() -> UInt8 {
        if bits == 0 {
            byte = position >= 0 ? bytes[position] : 0
            position &-= 1
            bits = last > 0x8F && byte & 0x7F == 0x7F ? 7 : 8
            last = byte
        }
        bits &-= 1
        defer { byte &>>= 1 }
        return byte & 1
    }
}
