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
        (line - 2).initialize(repeating: 0, count: 2 &* quadCount &+ 6)
        let rowOfQuads = 512 + 4
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
                readCodesOfFirstRow(&runs, &codePosition, quadCount, above, here)
            } else {
                readCodesOfOtherRow(&runs, &codePosition, quadCount, above, here)
            }
            let greatest: Int
            if Word.self == UInt32.self {
                greatest = readNarrowMagnitudes(
                    &magnitudePosition, quadCount, bound, here, UnsafeMutableRawPointer(line),
                    UnsafeMutableRawPointer(words))
            } else {
                greatest = readMagnitudes(&magnitudePosition, quadCount, bound, here, line, words)
            }
            guard greatest <= bound else { return false }
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
        _ runs: inout RunLengthReader, _ position: inout Int, _ quadCount: Int,
        _ above: UnsafeMutablePointer<UInt32>, _ here: UnsafeMutablePointer<UInt32>
    ) {
        readCodes(&runs, &position, isFirstRow: true, quadCount, above, here)
    }

    @inline(never)
    private func readCodesOfOtherRow(
        _ runs: inout RunLengthReader, _ position: inout Int, _ quadCount: Int,
        _ above: UnsafeMutablePointer<UInt32>, _ here: UnsafeMutablePointer<UInt32>
    ) {
        readCodes(&runs, &position, isFirstRow: false, quadCount, above, here)
    }

    /// Reads the codes of a row of quads; a record has rho from bit 0, e_1 from bit 4, e_k from bit 8, u_q from bit 16.
    ///
    /// Each code waits for the one before, so what lies between them is kept short: bits come from a register that is
    /// filled once for a pair of quads, and an entry of the table brings its part of the next quad's context.
    @inline(__always)
    private func readCodes(
        _ runs: inout RunLengthReader, _ position: inout Int, isFirstRow: Bool, _ quadCount: Int,
        _ above: UnsafeMutablePointer<UInt32>, _ here: UnsafeMutablePointer<UInt32>
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
            let context = left | CleanupContext.above(quad, above, isFirstRow: isFirstRow) &<< 7
            if context != 0 || runs.next() {
                first = table[Int(context | UInt32(truncatingIfNeeded: bits) & 127)]
            }
            bits &>>= UInt64(first & 7)
            used &+= Int(first & 7)

            var second: UInt32 = 0
            if quad &+ 1 < quadCount {
                let context =
                    first &>> 16 | CleanupContext.above(quad &+ 1, above, isFirstRow: isFirstRow) &<< 7
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
            if u1 > 32 || u2 > 32 {
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

    /// Reads the magnitudes and signs of a row of quads into two rows of words; gives the greatest exponent bound, U_q.
    @inline(never)
    private func readMagnitudes(
        _ position: inout Int, _ quadCount: Int, _ bound: Int, _ here: UnsafeMutablePointer<UInt32>,
        _ line: UnsafeMutablePointer<Word>, _ words: UnsafeMutablePointer<Word>
    ) -> Int {
        let magnitudes = UnsafeRawPointer(memory.magnitudes)
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
            let plain0 = load(magnitudes, bit)
            var plain1 = plain0 &>> count0
            var plain2 = plain0 &>> half
            var plain3 = plain2 &>> count2
            if total > 57 {
                plain1 = load(magnitudes, bit &+ Int(truncatingIfNeeded: count0))
                plain2 = load(magnitudes, bit &+ Int(truncatingIfNeeded: half))
                plain3 = load(magnitudes, bit &+ Int(truncatingIfNeeded: half &+ count2))
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
        return greatest
    }

    /// `readMagnitudes` for words of 32 bits, the four samples of a quad side by side.
    @inline(never)
    private func readNarrowMagnitudes(
        _ position: inout Int, _ quadCount: Int, _ bound: Int, _ here: UnsafeMutablePointer<UInt32>,
        _ line: UnsafeMutableRawPointer, _ words: UnsafeMutableRawPointer
    ) -> Int {
        let magnitudes = UnsafeRawPointer(memory.magnitudes)
        let lanes = UnsafePointer(memory.lanes)
        let bytes = UnsafePointer(memory.bytes)
        let line = line.assumingMemoryBound(to: UInt32.self)
        let rowBytes = 8 &* quadCount
        var target = words
        var greatest = 0
        var lineLeft: UInt32 = 0
        var bit = position
        for quad in 0..<quadCount {
            let record = here[quad]
            let place = line + 2 &* quad
            let lineRight = place[1]
            let rho = record & 15
            let reach = rho & (rho &- 1) != 0 ? lineLeft | place[0] | lineRight | place[2] : 0
            let asked = 31 &- (reach | 2).leadingZeroBitCount &+ Int(record &>> 16)
            greatest = max(greatest, asked)
            let exponentBound = UInt32(truncatingIfNeeded: min(asked, bound))
            lineLeft = lineRight

            // Where the bits of each sample end, one byte each, from those of the first.
            let known = Int(record &>> 8 & 15)
            let counts = exponentBound &* bytes[Int(rho)] &- bytes[known]
            let ends = counts &* 0x0101_0101
            let end0 = UInt64(ends & 0xFF)
            let end1 = UInt64(ends &>> 8 & 0xFF)
            let end2 = UInt64(ends &>> 16 & 0xFF)
            let total = Int(ends &>> 24)
            let plain0 = load(magnitudes, bit)
            var plain1 = plain0 &>> end0
            var plain2 = plain0 &>> end1
            var plain3 = plain0 &>> end2
            if total > 57 {
                plain1 = load(magnitudes, bit &+ Int(end0))
                plain2 = load(magnitudes, bit &+ Int(end1))
                plain3 = load(magnitudes, bit &+ Int(end2))
            }
            bit &+= total
            let plain = SIMD4(
                UInt32(truncatingIfNeeded: plain0), UInt32(truncatingIfNeeded: plain2),
                UInt32(truncatingIfNeeded: plain1), UInt32(truncatingIfNeeded: plain3))

            // 2μ - 2 + sign of a significant sample in `exponentBound` bits, the top one known where e_k says so.
            let significant = lanes[Int(rho)]
            let top = UInt32(1) &<< (exponentBound &- 1)
            let tops = SIMD4(repeating: top)
            let mask = SIMD4(repeating: top &* 2 &- 1) & significant ^ tops & lanes[known]
            let value = plain & mask | tops & lanes[Int(record &>> 4 & 15)]
            let word = value &+ significant & 2
            let length = (value | 1) & significant
            target.storeBytes(of: word.lowHalf, as: SIMD2<UInt32>.self)
            (target + rowBytes).storeBytes(of: word.highHalf, as: SIMD2<UInt32>.self)
            UnsafeMutableRawPointer(place).storeBytes(of: length.highHalf, as: SIMD2<UInt32>.self)
            target += 8
        }
        position = bit
        return greatest
    }

    /// At least 57 plain bits at a bit position.
    @inline(__always)
    private func load(_ plain: UnsafeRawPointer, _ bit: Int) -> UInt64 {
        (plain + bit &>> 3).loadUnaligned(as: UInt64.self) &>> UInt64(truncatingIfNeeded: bit & 7)
    }
}
