/// What a plane of coefficients and samples is made of: integers for the reversible path, floats for the other.
protocol PlaneElement: Sendable {
    associatedtype Synthesis: RowSynthesis where Synthesis.Element == Self

    /// Samples beside a region that the inverse transform of a level reads to give the region.
    static var filterReach: Int { get }

    /// Turns decoded words into rows of coefficients (T.800 E.1).
    static func reconstruct<Word: CodingWord>(
        _ words: UnsafePointer<Word>, _ rows: WordRows, _ scale: WordScale,
        into target: UnsafeMutablePointer<Self>)

    /// Stores a row of a component as samples.
    static func store(
        _ row: UnsafePointer<Self>, count: Int, _ format: SampleFormat,
        into base: UnsafeMutableRawPointer)

    /// Stores rows of three components, whose transform is undone, as samples.
    static func storeJoined(
        _ row0: UnsafePointer<Self>, _ row1: UnsafePointer<Self>, _ row2: UnsafePointer<Self>,
        count: Int,
        _ format: SampleFormat, into base: UnsafeMutableRawPointer)
}

extension Int32: PlaneElement {
    typealias Synthesis = ReversibleSynthesis<Int32>

    static var filterReach: Int { 2 }

    static func reconstruct<Word: CodingWord>(
        _ words: UnsafePointer<Word>, _ rows: WordRows, _ scale: WordScale,
        into target: UnsafeMutablePointer<Int32>
    ) {
        if Word.self == UInt32.self {
            NarrowKernels.chosen.reconstruct(
                UnsafeRawPointer(words).assumingMemoryBound(to: UInt32.self), rows.count, rows.width,
                rows.wordStride, rows.coefficientStride, scale.bitPlane, scale.isRefined, target)
        } else {
            Reconstruction.reconstruct(
                words, rows, bitPlane: scale.bitPlane, isRefined: scale.isRefined, into: target)
        }
    }

    static func store(
        _ row: UnsafePointer<Int32>, count: Int, _ format: SampleFormat,
        into base: UnsafeMutableRawPointer
    ) {
        NarrowKernels.chosen.store(
            row, count, format.bytesPerSample, format.pixelStride, format.shift, format.least,
            format.greatest, base)
    }

    static func storeJoined(
        _ row0: UnsafePointer<Int32>, _ row1: UnsafePointer<Int32>, _ row2: UnsafePointer<Int32>,
        count: Int,
        _ format: SampleFormat, into base: UnsafeMutableRawPointer
    ) {
        NarrowKernels.chosen.storeJoined(
            row0, row1, row2, count, format.bytesPerSample, format.pixelStride, format.componentStride,
            format.shift,
            format.least, format.greatest, base)
    }
}

extension Int64: PlaneElement {
    typealias Synthesis = ReversibleSynthesis<Int64>

    static var filterReach: Int { 2 }

    static func reconstruct<Word: CodingWord>(
        _ words: UnsafePointer<Word>, _ rows: WordRows, _ scale: WordScale,
        into target: UnsafeMutablePointer<Int64>
    ) {
        Reconstruction.reconstruct(
            words, rows, bitPlane: scale.bitPlane, isRefined: scale.isRefined, into: target)
    }

    static func store(
        _ row: UnsafePointer<Int64>, count: Int, _ format: SampleFormat,
        into base: UnsafeMutableRawPointer
    ) {
        SampleRows.store(row, count: count, format, into: base)
    }

    static func storeJoined(
        _ row0: UnsafePointer<Int64>, _ row1: UnsafePointer<Int64>, _ row2: UnsafePointer<Int64>,
        count: Int,
        _ format: SampleFormat, into base: UnsafeMutableRawPointer
    ) {
        SampleRows.storeJoined(row0, row1, row2, count: count, format, into: base)
    }
}

extension Float: PlaneElement {
    typealias Synthesis = IrreversibleSynthesis

    static var filterReach: Int { 4 }

    static func reconstruct<Word: CodingWord>(
        _ words: UnsafePointer<Word>, _ rows: WordRows, _ scale: WordScale,
        into target: UnsafeMutablePointer<Float>
    ) {
        // In halves of the cleanup pass's bit-plane, or in quarters when refined; reconstruction in the middle (r = 1/2).
        let unit =
            scale.step
            * Float(sign: .plus, exponent: scale.bitPlane - (scale.isRefined ? 2 : 1), significand: 1)
        for row in 0..<rows.count {
            let words = words + row &* rows.wordStride
            let target = target + row &* rows.coefficientStride
            for x in 0..<rows.width {
                let word = words[x]
                var magnitude = Int64(truncatingIfNeeded: word &>> 1)
                if !scale.isRefined, magnitude != 0 { magnitude = magnitude &<< 1 | 1 }
                target[x] = Float(word & 1 != 0 ? 0 &- magnitude : magnitude) * unit
            }
        }
    }

    static func store(
        _ row: UnsafePointer<Float>, count: Int, _ format: SampleFormat,
        into base: UnsafeMutableRawPointer
    ) {
        for x in 0..<count {
            write(row[x], base, at: x &* format.pixelStride, format)
        }
    }

    static func storeJoined(
        _ row0: UnsafePointer<Float>, _ row1: UnsafePointer<Float>, _ row2: UnsafePointer<Float>,
        count: Int,
        _ format: SampleFormat, into base: UnsafeMutableRawPointer
    ) {
        for x in 0..<count {
            // ICT (T.800 G.3.2).
            let (luma, blueness, redness) = (row0[x], row1[x], row2[x])
            let offset = x &* format.pixelStride
            write(luma + 1.402 * redness, base, at: offset, format)
            write(
                luma - 0.344136 * blueness - 0.714136 * redness, base, at: offset &+ format.componentStride,
                format)
            write(luma + 1.772 * blueness, base, at: offset &+ 2 &* format.componentStride, format)
        }
    }

    /// Rounds to the nearest integer, halves to even, shifts, clamps and stores a value.
    @inline(__always)
    private static func write(
        _ value: Float, _ base: UnsafeMutableRawPointer, at offset: Int, _ format: SampleFormat
    ) {
        // The clamp before the conversion keeps it defined for any float, NaN included.
        let shifted = Double(value).rounded(.toNearestOrEven) + Double(format.shift)
        var sample = format.least
        if shifted > Double(format.least) {
            sample = shifted < Double(format.greatest) ? Int(shifted) : format.greatest
        }
        switch format.bytesPerSample {
        case 1:
            base.storeBytes(of: UInt8(truncatingIfNeeded: sample), toByteOffset: offset, as: UInt8.self)
        case 2:
            base.storeBytes(
                of: UInt16(truncatingIfNeeded: sample).littleEndian, toByteOffset: offset, as: UInt16.self)
        default:
            base.storeBytes(
                of: UInt32(truncatingIfNeeded: sample).littleEndian, toByteOffset: offset, as: UInt32.self)
        }
    }
}
