/// Decodes the cleanup pass of a high-throughput code-block (T.814 7.3).
///
/// The codes of a row of quads are read first (significance, known exponent bits, residuals), then its magnitudes and
/// signs; both streams have been unstuffed into plain bits, so that each read is one load at a bit position.
struct CleanupDecoder<Word: CoefficientWord> {
    let memory: BlockMemory<Word>

    init(_ memory: BlockMemory<Word>) {
        self.memory = memory
    }

    /// Decodes `count` bytes into `memory.words`; false when they contradict themselves.
    ///
    /// `missing` is the number of most significant bit-planes that the packet header has told to be empty, less than
    /// the word's `maximumMagnitudeBits`; width and height are those of a legal block.
    func decode(_ bytes: UnsafePointer<UInt8>, count: Int, missing: Int, width: Int, height: Int)
        -> Bool
    {
        guard count >= 2 else { return false }
        let suffix = Int(bytes[count &- 1]) &<< 4 | Int(bytes[count &- 2] & 15)
        guard suffix >= 2, suffix <= count, suffix <= 4079 else { return false }
        let prefix = count &- suffix

        let quadCount = (width &+ 1) &>> 1
        let rowPadding = quadCount &* 24 &+ 32
        let magnitudeBits = BitStuffing.unstuffForward(
            bytes, count: min(prefix, BlockMemory<Word>.maximumMagnitudeBytes), padding: rowPadding,
            into: memory.magnitudes)
        let codeBits = BitStuffing.unstuffBackward(
            bytes + prefix, count: suffix, padding: quadCount &* 3 &+ 16, into: memory.codes)
        var runs = RunLengthReader(bytes + prefix, count: suffix)

        let line = memory.line + 2
        // Rows are read eight quads at a time.
        (line - 2).initialize(repeating: 0, count: 2 &* ((quadCount &+ 7) & ~7) &+ 6)
        let rowOfQuads = BlockMemory<Word>.quadsOfRow
        memory.quads.initialize(repeating: 0, count: 2 &* rowOfQuads)
        var here = memory.quads + 1
        var above = memory.quads + rowOfQuads + 1

        var codePosition = 0
        var magnitudePosition = 0
        let bound = missing &+ 2
        let stride = 2 &* quadCount
        var words = memory.words
        for row in 0..<(height &+ 1) &>> 1 {
            if row == 0 {
                readCodesOfFirstRow(&runs, &codePosition, quadCount, here)
            } else {
                readCodesOfOtherRow(&runs, &codePosition, quadCount, above, here)
            }
            let isWithin: Bool
            if Word.self == UInt32.self {
                isWithin = readNarrowMagnitudes(
                    &magnitudePosition, quadCount, bound, here, UnsafeMutableRawPointer(line),
                    UnsafeMutableRawPointer(words))
            } else {
                isWithin = readMagnitudes(&magnitudePosition, quadCount, bound, here, line, words)
            }
            guard isWithin else { return false }
            // Past the end there is only padding, enough for one row.
            codePosition = min(codePosition, codeBits)
            magnitudePosition = min(magnitudePosition, magnitudeBits)
            swap(&here, &above)
            words += 2 &* stride
        }
        return true
    }

    @inline(never)
    private func readCodesOfFirstRow(
        _ runs: inout RunLengthReader, _ position: inout Int, _ quadCount: Int, _ here: UnsafeMutablePointer<UInt32>
    ) {
        readCodes(&runs, &position, isFirstRow: true, quadCount, here)
    }

    @inline(never)
    private func readCodesOfOtherRow(
        _ runs: inout RunLengthReader, _ position: inout Int, _ quadCount: Int,
        _ above: UnsafeMutablePointer<UInt32>, _ here: UnsafeMutablePointer<UInt32>
    ) {
        // Each quad's place holds what its context has from above until its record comes.
        var quad = 0
        while quad < quadCount {
            UnsafeMutableRawPointer(here + quad).storeBytes(
                of: CleanupContext.ofEight(quad, above: above) &<< 7, as: SIMD8<UInt32>.self)
            quad &+= 8
        }
        readCodes(&runs, &position, isFirstRow: false, quadCount, here)
    }

    /// Reads the codes of a row of quads; a record has rho from bit 0, e_1 from bit 4, e_k from bit 8, u_q from bit 16.
    ///
    /// Each code waits for the one before, so what lies between them is kept short: bits come from a register that is
    /// filled once for a pair of quads, and an entry of the table brings its part of the next quad's context.
    @inline(__always)
    private func readCodes(
        _ runs: inout RunLengthReader, _ position: inout Int, isFirstRow: Bool, _ quadCount: Int,
        _ here: UnsafeMutablePointer<UInt32>
    ) {
        let table = UnsafePointer(memory.decodingTables + (isFirstRow ? 0 : 1024))
        let residuals = UnsafePointer(memory.residualTable)
        var source = UnsafeRawPointer(memory.codes) + position &>> 3
        // `held` of the bits are sure to be there; those above them may be, and are then read again.
        var bits = source.loadUnaligned(as: UInt64.self) &>> UInt64(truncatingIfNeeded: position & 7)
        var held = 56 &- position & 7
        source += 7
        var left: UInt32 = 0
        var quad = 0
        while quad < quadCount {
            bits |= source.loadUnaligned(as: UInt64.self) &<< UInt64(truncatingIfNeeded: held)
            source += (63 &- held) &>> 3
            held |= 56
            var used = 0

            var first: UInt32 = 0
            let context = left | (isFirstRow ? 0 : here[quad])
            if context != 0 || runs.next() {
                first = table[Int(context | UInt32(truncatingIfNeeded: bits) & 127)]
            }
            bits &>>= UInt64(first & 7)
            used &+= Int(first & 7)

            var second: UInt32 = 0
            if quad &+ 1 < quadCount {
                let context = first &>> 16 | (isFirstRow ? 0 : here[quad &+ 1])
                if context != 0 || runs.next() {
                    second = table[Int(context | UInt32(truncatingIfNeeded: bits) & 127)]
                }
                bits &>>= UInt64(second & 7)
                used &+= Int(second & 7)
            }
            left = second &>> 16

            var mode = first &>> 3 & 1 | (second &>> 2 & 2)
            var offset: UInt32 = 0
            if isFirstRow, mode == 3 {
                if runs.next() { offset = 2 } else { mode = UInt32(ResidualVLC.lowPairInFirstRow) }
            }
            let residual = UInt32(residuals[Int(mode &<< 6 | UInt32(truncatingIfNeeded: bits) & 63)])
            bits &>>= UInt64(residual & 7)
            let suffixBits = residual &>> 3 & 15
            let firstSuffixBits = residual &>> 7 & 7
            let suffixes = UInt32(truncatingIfNeeded: bits) & (1 &<< suffixBits &- 1)
            bits &>>= UInt64(suffixBits)
            var u1 = residual &>> 10 & 7 &+ suffixes & (1 &<< firstSuffixBits &- 1)
            var u2 = residual &>> 13 &+ suffixes &>> firstSuffixBits
            used &+= Int(residual & 7 &+ suffixBits)
            if u1 | u2 > 32 {
                if u1 > 32 {
                    u1 &+= UInt32(truncatingIfNeeded: bits & 15) &<< 2
                    bits &>>= 4
                    used &+= 4
                }
                if u2 > 32 {
                    u2 &+= UInt32(truncatingIfNeeded: bits & 15) &<< 2
                    bits &>>= 4
                    used &+= 4
                }
            }
            held &-= used
            here[quad] = first &>> 4 & 0xFFF | (u1 &+ offset) &<< 16
            here[quad &+ 1] = second &>> 4 & 0xFFF | (u2 &+ offset) &<< 16
            quad &+= 2
        }
        position = (source - UnsafeRawPointer(memory.codes)) &* 8 &- held
        // A quad beside the row has no significant sample.
        here[quadCount] = 0
    }

    /// Reads the magnitudes and signs of a row of quads into two rows of words; false when an exponent bound, U_q, exceeds
    /// `bound`.
    @inline(never)
    private func readMagnitudes(
        _ position: inout Int, _ quadCount: Int, _ bound: Int, _ here: UnsafeMutablePointer<UInt32>,
        _ line: UnsafeMutablePointer<Word>, _ words: UnsafeMutablePointer<Word>
    ) -> Bool {
        let top = words
        let bottom = words + 2 &* quadCount
        var greatest = 0
        var lineLeft: Word = 0
        var bit = position
        for quad in 0..<quadCount {
            let record = UInt64(here[quad])
            let x = 2 &* quad
            let lineRight = line[x &+ 1]
            // γ: the prediction from above counts when the quad has two significant samples or more. Above the first row
            // the line is zero, which predicts 1.
            let rho = record & 15
            let reach = rho & (rho &- 1) != 0 ? lineLeft | line[x] | lineRight | line[x &+ 2] : 0
            let predicted = Word.bitWidth &- 1 &- (reach | 2).leadingZeroBitCount
            let asked = predicted &+ Int(record &>> 16)
            greatest = max(greatest, asked)
            // Beyond the bound the block is refused after the row.
            let exponentBound = UInt64(truncatingIfNeeded: min(asked, bound))
            lineLeft = lineRight

            let significant0 = record & 1
            let significant1 = record &>> 1 & 1
            let significant2 = record &>> 2 & 1
            let significant3 = record &>> 3 & 1
            let count0 = exponentBound & (0 &- significant0) &- record &>> 8 & 1
            let count1 = exponentBound & (0 &- significant1) &- record &>> 9 & 1
            let count2 = exponentBound & (0 &- significant2) &- record &>> 10 & 1
            let count3 = exponentBound & (0 &- significant3) &- record &>> 11 & 1
            let half = count0 &+ count1
            let total = half &+ count2 &+ count3
            let plain0 = load(bit)
            var plain1 = plain0 &>> count0
            var plain2 = plain0 &>> half
            var plain3 = plain2 &>> count2
            if total > 57 {
                plain1 = load(bit &+ Int(truncatingIfNeeded: count0))
                plain2 = load(bit &+ Int(truncatingIfNeeded: half))
                plain3 = load(bit &+ Int(truncatingIfNeeded: half &+ count2))
            }
            bit &+= Int(truncatingIfNeeded: total)
            // Each value is 2μ - 2 + sign of a significant sample, its top bit known where e_k says so.
            let value0 = plain0 & (1 &<< count0 &- 1) | (record &>> 4 & 1) &<< count0
            let value1 = plain1 & (1 &<< count1 &- 1) | (record &>> 5 & 1) &<< count1
            let value2 = plain2 & (1 &<< count2 &- 1) | (record &>> 6 & 1) &<< count2
            let value3 = plain3 & (1 &<< count3 &- 1) | (record &>> 7 & 1) &<< count3
            top[x] = Word(truncatingIfNeeded: value0 &+ 2 &* significant0)
            bottom[x] = Word(truncatingIfNeeded: value1 &+ 2 &* significant1)
            top[x &+ 1] = Word(truncatingIfNeeded: value2 &+ 2 &* significant2)
            bottom[x &+ 1] = Word(truncatingIfNeeded: value3 &+ 2 &* significant3)
            // 2μ - 1, whose bit length is the exponent.
            line[x] = Word(truncatingIfNeeded: (value1 | 1) & (0 &- significant1))
            line[x &+ 1] = Word(truncatingIfNeeded: (value3 | 1) & (0 &- significant3))
        }
        position = bit
        return greatest <= bound
    }

    /// `readMagnitudes` for words of 32 bits: first the exponent bounds of the whole row, which need nothing of the stream.
    @inline(never)
    private func readNarrowMagnitudes(
        _ position: inout Int, _ quadCount: Int, _ bound: Int, _ here: UnsafeMutablePointer<UInt32>,
        _ line: UnsafeMutableRawPointer, _ words: UnsafeMutableRawPointer
    ) -> Bool {
        let isWithin = boundExponents(quadCount, UInt32(truncatingIfNeeded: bound), here, line)
        let rowBytes = 8 &* quadCount
        var top = words
        var line = line
        var bit = position
        var quad = 0
        while quad < quadCount {
            let (words, lengths) = quadWords(quad, &bit, here)
            top.storeBytes(of: words.lowHalf, as: SIMD2<UInt32>.self)
            (top + rowBytes).storeBytes(of: words.highHalf, as: SIMD2<UInt32>.self)
            line.storeBytes(of: lengths.highHalf, as: SIMD2<UInt32>.self)
            top += 8
            line += 8
            quad &+= 1
        }
        position = bit
        return isWithin
    }

    /// Finds U_q of a row of quads and where the bits of their samples begin; false when a U_q exceeds `bound`.
    ///
    /// Comparisons of vectors are written as arithmetic, which Swift compiles to vectors.
    @inline(__always)
    private func boundExponents(
        _ quadCount: Int, _ bound: UInt32, _ here: UnsafeMutablePointer<UInt32>, _ line: UnsafeMutableRawPointer
    ) -> Bool {
        var excess = SIMD8<Int32>(repeating: 0)
        var quad = 0
        while quad < quadCount {
            let record = UnsafeRawPointer(here + quad).loadUnaligned(as: SIMD8<UInt32>.self)
            // The four samples above: the last of the quad before, two of this one, the first of the next.
            let above = UnsafeRawPointer(line + 8 &* quad)
            let halves =
                (above - 4).loadUnaligned(as: SIMD8<UInt64>.self) | (above + 4).loadUnaligned(as: SIMD8<UInt64>.self)
            let reach = SIMD8<UInt32>(truncatingIfNeeded: halves | halves &>> 32)
            // γ: the prediction from above counts when the quad has two significant samples or more.
            let rho = record & 15
            let further = rho & (rho &- 1)
            let counted = reach & signs(0 &- further) | 2
            let predicted = topBits(counted)
            let left = bound &- (predicted &+ record &>> 16)
            excess |= SIMD8(truncatingIfNeeded: left)
            // Beyond the bound the block is refused after the row.
            let exponent = bound &- (left & ~signs(left))
            // One byte for each sample: the bits it has, then where they end, counted from the first of the quad.
            let significant = rho &* 0x0020_4081 & 0x0101_0101
            let known = record &>> 8 & 15 &* 0x0020_4081 & 0x0101_0101
            let ends = (exponent &* significant &- known) &* 0x0101_0101
            // In the order of `lanes`.
            let starts = ends & 0xFF00 | (ends & 0xFF) &<< 16 | (ends & 0xFF_0000) &<< 8
            UnsafeMutableRawPointer(memory.starts + quad).storeBytes(of: starts, as: SIMD8<UInt32>.self)
            UnsafeMutableRawPointer(memory.totals + quad).storeBytes(of: ends &>> 24, as: SIMD8<UInt32>.self)
            UnsafeMutableRawPointer(memory.tops + quad).storeBytes(
                of: SIMD8(repeating: 1) &<< (exponent &- 1), as: SIMD8<UInt32>.self)
            quad &+= 8
        }
        return excess.min() >= 0
    }

    /// Lanes of ones where the top bit is set.
    @inline(__always)
    private func signs(_ lanes: SIMD8<UInt32>) -> SIMD8<UInt32> {
        SIMD8(truncatingIfNeeded: SIMD8<Int32>(truncatingIfNeeded: lanes) &>> 31)
    }

    /// The places of the top bits of numbers from 1 to 2³¹ - 1.
    @inline(__always)
    private func topBits(_ numbers: SIMD8<UInt32>) -> SIMD8<UInt32> {
        // The exponent of a float, when the bits below the top one cannot round up to the next.
        let floats = SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: numbers & ~(numbers &>> 1)))
        return unsafeBitCast(floats, to: SIMD8<UInt32>.self) &>> 23 &- 127
    }

    /// The words of a quad, top row and bottom row, and what has the lengths of its samples, 2μ - 1.
    @inline(__always)
    private func quadWords(_ quad: Int, _ bit: inout Int, _ here: UnsafeMutablePointer<UInt32>)
        -> (words: SIMD4<UInt32>, lengths: SIMD4<UInt32>)
    {
        let total = Int(memory.totals[quad])
        let starts = memory.starts[quad]
        let plain: SIMD4<UInt32>
        if total <= 57 {
            plain = SIMD4(truncatingIfNeeded: SIMD4(repeating: load(bit)) &>> lanes(starts))
        } else {
            plain = separateLoads(bit, starts)
        }
        bit &+= total

        // 2μ - 2 + sign of a significant sample in U_q bits, the top one known where e_k says so.
        let record = here[quad]
        let significant = memory.lanes[Int(record & 15)]
        let tops = SIMD4(repeating: memory.tops[quad])
        let unknown = (tops &+ tops &- 1) & significant ^ tops & memory.lanes[Int(record &>> 8 & 15)]
        let value = plain & unknown | tops & memory.lanes[Int(record &>> 4 & 15)]
        return (value &+ significant & 2, (value | 1) & significant)
    }

    /// The bits of a quad's samples when they are too many for one load; not inlined, so that the usual way stays in vectors.
    @inline(never)
    private func separateLoads(_ bit: Int, _ starts: UInt32) -> SIMD4<UInt32> {
        let starts = lanes(starts)
        return SIMD4(
            truncatingIfNeeded: SIMD4(
                load(bit), load(bit &+ Int(starts[1])), load(bit &+ Int(starts[2])), load(bit &+ Int(starts[3]))))
    }

    /// Four bytes as lanes.
    @inline(__always)
    private func lanes(_ bytes: UInt32) -> SIMD4<UInt64> {
        SIMD4(truncatingIfNeeded: unsafeBitCast(bytes, to: SIMD4<UInt8>.self))
    }

    /// At least 57 plain bits of the magnitudes at a bit position.
    @inline(__always)
    private func load(_ bit: Int) -> UInt64 {
        UnsafeRawPointer(memory.magnitudes + bit &>> 3).loadUnaligned(as: UInt64.self)
            &>> UInt64(truncatingIfNeeded: bit & 7)
    }
}
