/// What a plane of coefficients and samples is made of: integers for the reversible path, floats for the other.
protocol PlaneElement: Sendable {
    /// Turns decoded words into coefficients of a row (T.800 E.1).
    static func reconstruct<Word: CoefficientWord>(
        _ words: UnsafePointer<Word>, count: Int, _ scale: WordScale, into row: UnsafeMutablePointer<Self>)

    /// Joins the sub-bands of a level into a plane.
    static func synthesize(_ level: WaveletLevel<Self>, into plane: UnsafeMutablePointer<Self>, stride: Int)

    /// Rows of memory that `stream` needs; 0 where it is not offered.
    static var streamedRows: Int { get }

    /// Joins the sub-bands of a level row by row, each given to `body` in order, in `streamedRows` rows of memory.
    static func stream(
        _ level: WaveletLevel<Self>, through rows: UnsafeMutablePointer<Self>, stride: Int,
        _ body: (Int, UnsafePointer<Self>) -> Void)

    /// Stores a row of a component into interleaved samples.
    static func store(_ row: UnsafePointer<Self>, count: Int, _ target: SampleTarget)

    /// Stores a row of three components, whose transform is undone, into interleaved samples.
    static func storeJoined(
        _ row0: UnsafePointer<Self>, _ row1: UnsafePointer<Self>, _ row2: UnsafePointer<Self>, count: Int,
        _ targets: (SampleTarget, SampleTarget, SampleTarget))
}

/// What a word of a decoded block stands for.
struct WordScale {
    /// Bit-planes below the last one decoded: of the cleanup pass, or of refinement when the words hold two more bits.
    var bitPlane: Int
    /// Words are (4μ + refinement) << 1 | sign, in quarters of the cleanup pass's bit-plane.
    var isRefined: Bool
    /// The quantisation step of the sub-band.
    var step: Float
}

/// Where a row of samples goes.
struct SampleTarget {
    /// The first sample of the row.
    var base: UnsafeMutableRawPointer
    /// Bytes from one pixel to the next.
    var pixelStride: Int
    var bytesPerSample: Int
    /// What is added to a sample, and the least and greatest value it then has.
    var shift: Int
    var least: Int
    var greatest: Int
}

extension FixedWidthInteger where Self: SignedInteger {
    @inline(__always)
    fileprivate static func reconstructIntegers<Word: CoefficientWord>(
        _ words: UnsafePointer<Word>, count: Int, _ scale: WordScale, into row: UnsafeMutablePointer<Self>
    ) {
        if !scale.isRefined, scale.bitPlane == 0 {
            for x in 0..<count {
                let sign = Self(truncatingIfNeeded: words[x] & 1)
                row[x] = (Self(truncatingIfNeeded: words[x] &>> 1) ^ (0 &- sign)) &+ sign
            }
            return
        }
        // The middle of what the bits not decoded leave open, rounded towards zero.
        let halves = scale.isRefined ? scale.bitPlane &- 2 : scale.bitPlane &- 1
        for x in 0..<count {
            let word = words[x]
            var magnitude = Self(truncatingIfNeeded: word &>> 1)
            if !scale.isRefined, magnitude != 0 { magnitude = magnitude &<< 1 | 1 }
            magnitude = halves >= 0 ? magnitude << halves : magnitude >> -halves
            row[x] = word & 1 != 0 ? 0 &- magnitude : magnitude
        }
    }

    @inline(__always)
    fileprivate static func storeIntegers<Sample: FixedWidthInteger>(
        _ row: UnsafePointer<Self>, count: Int, _ target: SampleTarget, as: Sample.Type
    ) {
        let shift = Self(truncatingIfNeeded: target.shift)
        let least = Self(truncatingIfNeeded: target.least)
        let greatest = Self(truncatingIfNeeded: target.greatest)
        if target.pixelStride == MemoryLayout<Sample>.size {
            for x in 0..<count {
                let value = Swift.min(Swift.max(row[x] &+ shift, least), greatest)
                target.base.storeBytes(
                    of: Sample(truncatingIfNeeded: value).littleEndian, toByteOffset: x &* MemoryLayout<Sample>.size,
                    as: Sample.self)
            }
        } else {
            for x in 0..<count {
                let value = Swift.min(Swift.max(row[x] &+ shift, least), greatest)
                target.base.storeBytes(
                    of: Sample(truncatingIfNeeded: value).littleEndian, toByteOffset: x &* target.pixelStride,
                    as: Sample.self)
            }
        }
    }

    @inline(__always)
    fileprivate static func storeIntegers(_ row: UnsafePointer<Self>, count: Int, _ target: SampleTarget) {
        switch target.bytesPerSample {
        case 1: storeIntegers(row, count: count, target, as: UInt8.self)
        case 2: storeIntegers(row, count: count, target, as: UInt16.self)
        default: storeIntegers(row, count: count, target, as: UInt32.self)
        }
    }

    @inline(__always)
    fileprivate static func storeJoinedIntegers<Sample: FixedWidthInteger>(
        _ row0: UnsafePointer<Self>, _ row1: UnsafePointer<Self>, _ row2: UnsafePointer<Self>, count: Int,
        _ targets: (SampleTarget, SampleTarget, SampleTarget), as: Sample.Type
    ) {
        let shift = Self(truncatingIfNeeded: targets.0.shift)
        let least = Self(truncatingIfNeeded: targets.0.least)
        let greatest = Self(truncatingIfNeeded: targets.0.greatest)
        let stride = targets.0.pixelStride
        for x in 0..<count {
            // RCT (T.800 G.2.2).
            let green = row0[x] &- (row1[x] &+ row2[x]) &>> 2
            let red = row2[x] &+ green
            let blue = row1[x] &+ green
            let offset = x &* stride
            targets.0.base.storeBytes(
                of: Sample(truncatingIfNeeded: Swift.min(Swift.max(red &+ shift, least), greatest)).littleEndian,
                toByteOffset: offset, as: Sample.self)
            targets.1.base.storeBytes(
                of: Sample(truncatingIfNeeded: Swift.min(Swift.max(green &+ shift, least), greatest)).littleEndian,
                toByteOffset: offset, as: Sample.self)
            targets.2.base.storeBytes(
                of: Sample(truncatingIfNeeded: Swift.min(Swift.max(blue &+ shift, least), greatest)).littleEndian,
                toByteOffset: offset, as: Sample.self)
        }
    }

    @inline(__always)
    fileprivate static func storeJoinedIntegers(
        _ row0: UnsafePointer<Self>, _ row1: UnsafePointer<Self>, _ row2: UnsafePointer<Self>, count: Int,
        _ targets: (SampleTarget, SampleTarget, SampleTarget)
    ) {
        switch targets.0.bytesPerSample {
        case 1: storeJoinedIntegers(row0, row1, row2, count: count, targets, as: UInt8.self)
        case 2: storeJoinedIntegers(row0, row1, row2, count: count, targets, as: UInt16.self)
        default: storeJoinedIntegers(row0, row1, row2, count: count, targets, as: UInt32.self)
        }
    }
}

extension Int32: PlaneElement {
    static func reconstruct<Word: CoefficientWord>(
        _ words: UnsafePointer<Word>, count: Int, _ scale: WordScale, into row: UnsafeMutablePointer<Int32>
    ) {
        reconstructIntegers(words, count: count, scale, into: row)
    }

    static func synthesize(_ level: WaveletLevel<Int32>, into plane: UnsafeMutablePointer<Int32>, stride: Int) {
        ReversibleWavelet.synthesize(level, into: plane, stride: stride)
    }

    static var streamedRows: Int { ReversibleWavelet.streamedRows }

    static func stream(
        _ level: WaveletLevel<Int32>, through rows: UnsafeMutablePointer<Int32>, stride: Int,
        _ body: (Int, UnsafePointer<Int32>) -> Void
    ) {
        ReversibleWavelet.stream(level, through: rows, stride: stride, body)
    }

    static func store(_ row: UnsafePointer<Int32>, count: Int, _ target: SampleTarget) {
        storeIntegers(row, count: count, target)
    }

    static func storeJoined(
        _ row0: UnsafePointer<Int32>, _ row1: UnsafePointer<Int32>, _ row2: UnsafePointer<Int32>, count: Int,
        _ targets: (SampleTarget, SampleTarget, SampleTarget)
    ) {
        storeJoinedIntegers(row0, row1, row2, count: count, targets)
    }
}

extension Int64: PlaneElement {
    static func reconstruct<Word: CoefficientWord>(
        _ words: UnsafePointer<Word>, count: Int, _ scale: WordScale, into row: UnsafeMutablePointer<Int64>
    ) {
        reconstructIntegers(words, count: count, scale, into: row)
    }

    static func synthesize(_ level: WaveletLevel<Int64>, into plane: UnsafeMutablePointer<Int64>, stride: Int) {
        ReversibleWavelet.synthesize(level, into: plane, stride: stride)
    }

    static var streamedRows: Int { ReversibleWavelet.streamedRows }

    static func stream(
        _ level: WaveletLevel<Int64>, through rows: UnsafeMutablePointer<Int64>, stride: Int,
        _ body: (Int, UnsafePointer<Int64>) -> Void
    ) {
        ReversibleWavelet.stream(level, through: rows, stride: stride, body)
    }

    static func store(_ row: UnsafePointer<Int64>, count: Int, _ target: SampleTarget) {
        storeIntegers(row, count: count, target)
    }

    static func storeJoined(
        _ row0: UnsafePointer<Int64>, _ row1: UnsafePointer<Int64>, _ row2: UnsafePointer<Int64>, count: Int,
        _ targets: (SampleTarget, SampleTarget, SampleTarget)
    ) {
        storeJoinedIntegers(row0, row1, row2, count: count, targets)
    }
}

extension Float: PlaneElement {
    static func reconstruct<Word: CoefficientWord>(
        _ words: UnsafePointer<Word>, count: Int, _ scale: WordScale, into row: UnsafeMutablePointer<Float>
    ) {
        // In halves of the cleanup pass's bit-plane, or in quarters when refined; reconstruction in the middle (r = 1/2).
        let unit = scale.step * Float(sign: .plus, exponent: scale.bitPlane - (scale.isRefined ? 2 : 1), significand: 1)
        for x in 0..<count {
            let word = words[x]
            var magnitude = Int64(truncatingIfNeeded: word &>> 1)
            if !scale.isRefined, magnitude != 0 { magnitude = magnitude &<< 1 | 1 }
            row[x] = Float(word & 1 != 0 ? 0 &- magnitude : magnitude) * unit
        }
    }

    static func synthesize(_ level: WaveletLevel<Float>, into plane: UnsafeMutablePointer<Float>, stride: Int) {
        IrreversibleWavelet.synthesize(level, into: plane, stride: stride)
    }

    static var streamedRows: Int { 0 }

    static func stream(
        _ level: WaveletLevel<Float>, through rows: UnsafeMutablePointer<Float>, stride: Int,
        _ body: (Int, UnsafePointer<Float>) -> Void
    ) {}

    /// Rounds to the nearest integer, halves to even, and clamps in the range of a target.
    @inline(__always)
    private static func clamped(_ value: Float, _ target: SampleTarget) -> Int {
        // The clamp before the conversion keeps it defined for any float, NaN included.
        let rounded = Double(value).rounded(.toNearestOrEven) + Double(target.shift)
        guard rounded > Double(target.least) else { return target.least }
        return rounded < Double(target.greatest) ? Int(rounded) : target.greatest
    }

    private static func write(_ value: Int, _ x: Int, _ target: SampleTarget) {
        let offset = x &* target.pixelStride
        switch target.bytesPerSample {
        case 1: target.base.storeBytes(of: UInt8(truncatingIfNeeded: value), toByteOffset: offset, as: UInt8.self)
        case 2:
            target.base.storeBytes(
                of: UInt16(truncatingIfNeeded: value).littleEndian, toByteOffset: offset, as: UInt16.self)
        default:
            target.base.storeBytes(
                of: UInt32(truncatingIfNeeded: value).littleEndian, toByteOffset: offset, as: UInt32.self)
        }
    }

    static func store(_ row: UnsafePointer<Float>, count: Int, _ target: SampleTarget) {
        for x in 0..<count {
            write(clamped(row[x], target), x, target)
        }
    }

    static func storeJoined(
        _ row0: UnsafePointer<Float>, _ row1: UnsafePointer<Float>, _ row2: UnsafePointer<Float>, count: Int,
        _ targets: (SampleTarget, SampleTarget, SampleTarget)
    ) {
        for x in 0..<count {
            // ICT (T.800 G.3.2).
            let (luma, blueness, redness) = (row0[x], row1[x], row2[x])
            write(clamped(luma + 1.402 * redness, targets.0), x, targets.0)
            write(clamped(luma - 0.344136 * blueness - 0.714136 * redness, targets.1), x, targets.1)
            write(clamped(luma + 1.772 * blueness, targets.2), x, targets.2)
        }
    }
}
