/// Encodes the cleanup pass of a high-throughput code-block (T.814 7.3), at bit-plane 0: without loss.
struct CleanupEncoder<Word: CoefficientWord> {
    let memory: BlockMemory<Word>

    init(_ memory: BlockMemory<Word>) {
        self.memory = memory
    }

    /// Loads a block of coefficients into `memory.words`; gives the OR of all words, 0 when none is significant.
    ///
    /// Columns and rows that complete the last quads are insignificant.
    func load(_ coefficients: UnsafePointer<Word.Coefficient>, stride: Int, width: Int, height: Int)
        -> Word
    {
        let rowWords = (width &+ 1) & ~1
        var any: Word = 0
        for y in 0..<height {
            let source = coefficients + y &* stride
            let words = memory.words + y &* rowWords
            for x in 0..<width {
                let value = source[x]
                let sign = value &>> (Word.Coefficient(truncatingIfNeeded: Word.bitWidth &- 1))
                let magnitude = Word(truncatingIfNeeded: (value ^ sign) &- sign)
                let word = magnitude &<< 1 | (Word(truncatingIfNeeded: sign) & 1)
                words[x] = word
                any |= word
            }
            if width & 1 != 0 { words[width] = 0 }
        }
        if height & 1 != 0 {
            (memory.words + height &* rowWords).initialize(repeating: 0, count: rowWords)
        }
        return any
    }

    /// Encodes the loaded block, in which a word is significant, into `memory.output`; gives the number of bytes.
    func encode(width: Int, height: Int) -> Int {
        let quadCount = (width &+ 1) &>> 1
        let line = memory.line + 2
        (line - 2).initialize(repeating: 0, count: 2 &* quadCount &+ 6)
        let rowOfQuads = BlockMemory<Word>.quadsOfRow
        memory.quads.initialize(repeating: 0, count: 2 &* rowOfQuads)
        var here = memory.quads + 1
        var above = memory.quads + rowOfQuads + 1
        var runs = RunLengthWriter(memory.runs)
        var codes = PlainBitWriter(memory.codes)
        // The first four bits share their byte with the length of the suffix, as ones that stuffing sees.
        codes.write(15, count: 4)
        var magnitudes = PlainBitWriter(memory.magnitudes)
        var words = memory.words
        for row in 0..<(height &+ 1) &>> 1 {
            if row == 0 {
                encodeFirstRow(&runs, &codes, &magnitudes, quadCount, above, here, line, words)
            } else {
                encodeOtherRow(&runs, &codes, &magnitudes, quadCount, above, here, line, words)
            }
            swap(&here, &above)
            words += 4 &* quadCount
        }

        let output = memory.output
        let prefix = BitStuffing.stuffForward(
            memory.magnitudes, bitCount: magnitudes.finish(), into: output)
        let suffix = joinSuffix(&runs, &codes, into: output + prefix)
        let count = prefix &+ suffix
        output[count &- 1] = UInt8(truncatingIfNeeded: suffix &>> 4)
        output[count &- 2] = output[count &- 2] & 0xF0 | UInt8(truncatingIfNeeded: suffix & 15)
        return count
    }

    @inline(never)
    private func encodeFirstRow(
        _ runs: inout RunLengthWriter, _ codes: inout PlainBitWriter,
        _ magnitudes: inout PlainBitWriter,
        _ quadCount: Int, _ above: UnsafeMutablePointer<UInt32>, _ here: UnsafeMutablePointer<UInt32>,
        _ line: UnsafeMutablePointer<Word>, _ words: UnsafeMutablePointer<Word>
    ) {
        encodeRow(&runs, &codes, &magnitudes, isFirstRow: true, quadCount, above, here, line, words)
    }

    @inline(never)
    private func encodeOtherRow(
        _ runs: inout RunLengthWriter, _ codes: inout PlainBitWriter,
        _ magnitudes: inout PlainBitWriter,
        _ quadCount: Int, _ above: UnsafeMutablePointer<UInt32>, _ here: UnsafeMutablePointer<UInt32>,
        _ line: UnsafeMutablePointer<Word>, _ words: UnsafeMutablePointer<Word>
    ) {
        encodeRow(&runs, &codes, &magnitudes, isFirstRow: false, quadCount, above, here, line, words)
    }

    /// Codes a row of quads: significance, exponent bits and magnitudes of each, residuals of each pair.
    @inline(__always)
    private func encodeRow(
        _ runWriter: inout RunLengthWriter, _ codeWriter: inout PlainBitWriter,
        _ magnitudeWriter: inout PlainBitWriter, isFirstRow: Bool, _ quadCount: Int,
        _ above: UnsafeMutablePointer<UInt32>, _ here: UnsafeMutablePointer<UInt32>,
        _ line: UnsafeMutablePointer<Word>, _ words: UnsafeMutablePointer<Word>
    ) {
        let table = UnsafePointer(memory.encodingTables + (isFirstRow ? 0 : 2048))
        let bottom = words + 2 &* quadCount
        var codes = codeWriter
        var magnitudes = magnitudeWriter
        var left: UInt32 = 0
        var lineLeft: Word = 0
        // The codes of a pair of quads, gathered for one write, and the residual of the first.
        var pair: UInt64 = 0
        var pairBits = 0
        var firstResidual = 0
        for quad in 0..<quadCount {
            let x = 2 &* quad
            let word0 = words[x]
            let word1 = bottom[x]
            let word2 = words[x &+ 1]
            let word3 = bottom[x &+ 1]
            let s0: UInt32 = word0 != 0 ? 1 : 0
            let s1: UInt32 = word1 != 0 ? 1 : 0
            let s2: UInt32 = word2 != 0 ? 1 : 0
            let s3: UInt32 = word3 != 0 ? 1 : 0
            let rho = s0 | s1 &<< 1 | s2 &<< 2 | s3 &<< 3
            let context = CleanupContext.of(quad, left: left, above: above, isFirstRow: isFirstRow)
            here[quad] = rho
            left = rho

            let length1 = CleanupContext.length(word1)
            let length3 = CleanupContext.length(word3)
            let lineRight = line[x &+ 1]
            var reach: Word = 0
            if !isFirstRow {
                let all = lineLeft | line[x] | lineRight | line[x &+ 2]
                reach = rho & (rho &- 1) != 0 ? all : 0
            }
            lineLeft = lineRight
            line[x] = length1
            line[x &+ 1] = length3

            var residual = 0
            if context == 0 { runWriter.write(rho != 0) }
            if context | rho != 0 {
                let predicted = Word.bitWidth &- 1 &- (reach | 2).leadingZeroBitCount
                let lengths =
                    CleanupContext.length(word0) | length1 | CleanupContext.length(word2) | length3
                let exponent = Word.bitWidth &- lengths.leadingZeroBitCount
                let bound = max(exponent, predicted)
                residual = bound &- predicted
                let value0 = UInt64(word0) &- 2 &* UInt64(s0)
                let value1 = UInt64(word1) &- 2 &* UInt64(s1)
                let value2 = UInt64(word2) &- 2 &* UInt64(s2)
                let value3 = UInt64(word3) &- 2 &* UInt64(s3)
                // A sample whose exponent is the bound has the top bit of its value set.
                let shift = UInt64(truncatingIfNeeded: bound &- 1)
                var pattern = UInt32(truncatingIfNeeded: value0 &>> shift)
                pattern |= UInt32(truncatingIfNeeded: value1 &>> shift) &<< 1
                pattern |= UInt32(truncatingIfNeeded: value2 &>> shift) &<< 2
                pattern |= UInt32(truncatingIfNeeded: value3 &>> shift) &<< 3
                if residual == 0 { pattern = 0 }
                let entry = UInt32(table[Int(context &<< 8 | rho &<< 4 | pattern)])
                pair |= UInt64(entry & 127) &<< UInt64(truncatingIfNeeded: pairBits)
                pairBits &+= Int(entry &>> 7 & 7)

                let known = UInt64(entry &>> 10)
                let limit = UInt64(truncatingIfNeeded: bound)
                let count0 = limit & (0 &- UInt64(s0)) &- known & 1
                let count1 = limit & (0 &- UInt64(s1)) &- known &>> 1 & 1
                let count2 = limit & (0 &- UInt64(s2)) &- known &>> 2 & 1
                let count3 = limit & (0 &- UInt64(s3)) &- known &>> 3
                let bits0 = value0 & (1 &<< count0 &- 1)
                let bits1 = value1 & (1 &<< count1 &- 1)
                let bits2 = value2 & (1 &<< count2 &- 1)
                let bits3 = value3 & (1 &<< count3 &- 1)
                let half = count0 &+ count1
                let total = half &+ count2 &+ count3
                if total <= 56 {
                    let upper = bits2 | bits3 &<< count2
                    magnitudes.write(
                        bits0 | bits1 &<< count0 | upper &<< half, count: Int(truncatingIfNeeded: total))
                } else {
                    magnitudes.write(bits0, count: Int(truncatingIfNeeded: count0))
                    magnitudes.write(bits1, count: Int(truncatingIfNeeded: count1))
                    magnitudes.write(bits2, count: Int(truncatingIfNeeded: count2))
                    magnitudes.write(bits3, count: Int(truncatingIfNeeded: count3))
                }
            }

            if quad & 1 == 0 {
                firstResidual = residual
                if quad &+ 1 < quadCount { continue }
                residual = 0
            }
            if firstResidual | residual != 0 {
                addResiduals(
                    &runWriter, &codes, &pair, &pairBits, isFirstRow: isFirstRow, firstResidual, residual)
            }
            codes.write(pair, count: pairBits)
            pair = 0
            pairBits = 0
        }
        here[quadCount] = 0
        codeWriter = codes
        magnitudeWriter = magnitudes
    }

    /// Adds the codes of the residuals of a pair of quads, one of which is not zero (T.814 7.3.6).
    @inline(__always)
    private func addResiduals(
        _ runs: inout RunLengthWriter, _ codes: inout PlainBitWriter, _ pair: inout UInt64,
        _ pairBits: inout Int,
        isFirstRow: Bool, _ first: Int, _ second: Int
    ) {
        var (first, second) = (first, second)
        var firstIsHighAlone = false
        if isFirstRow, first > 0, second > 0 {
            let areBothHigh = first > 2 && second > 2
            runs.write(areBothHigh)
            if areBothHigh {
                first &-= 2
                second &-= 2
            } else {
                firstIsHighAlone = first > 2
            }
        }
        if first > 32 || second > 32 || firstIsHighAlone {
            codes.write(pair, count: pairBits)
            pair = 0
            pairBits = 0
            writeResiduals(&codes, first, second, isSecondLow: firstIsHighAlone)
            return
        }
        let code1 = UInt64(memory.residualCodes[first])
        let code2 = UInt64(memory.residualCodes[second])
        let prefixBits1 = code1 &>> 4 & 15
        let prefixBits2 = code2 &>> 4 & 15
        let suffixBits1 = code1 &>> 13
        let suffixes = code1 &>> 8 & 31 | (code2 &>> 8 & 31) &<< suffixBits1
        let prefixes = code1 & 15 | (code2 & 15) &<< prefixBits1
        let prefixBits = prefixBits1 &+ prefixBits2
        pair |= (prefixes | suffixes &<< prefixBits) &<< UInt64(truncatingIfNeeded: pairBits)
        pairBits &+= Int(truncatingIfNeeded: prefixBits &+ suffixBits1 &+ code2 &>> 13)
    }

    /// Writes the residuals that are rare: beyond 32, or a second one of at most 2, which takes one bit.
    @inline(never)
    private func writeResiduals(
        _ codes: inout PlainBitWriter, _ first: Int, _ second: Int, isSecondLow: Bool
    ) {
        let code1 = ResidualVLC.code(first)
        var code2 = ResidualVLC.code(isSecondLow ? 0 : second)
        if isSecondLow { (code2.prefix, code2.prefixBits) = (UInt64(second &- 1), 1) }
        codes.write(code1.prefix, count: code1.prefixBits)
        codes.write(code2.prefix, count: code2.prefixBits)
        codes.write(code1.suffix, count: code1.suffixBits)
        codes.write(code2.suffix, count: code2.suffixBits)
        codes.write(code1.extra, count: code1.extraBits)
        codes.write(code2.extra, count: code2.extraBits)
    }

    /// Writes the suffix: run-length bytes forward, code bytes backward, the byte where they meet shared when it can be.
    private func joinSuffix(
        _ runs: inout RunLengthWriter, _ codes: inout PlainBitWriter,
        into bytes: UnsafeMutablePointer<UInt8>
    ) -> Int {
        runs.finish()
        let codeBits = codes.finish()
        // The code bytes are stuffed in reading order behind the magnitudes' plain bits and then turned round.
        let backward = (memory.magnitudes + BlockMemory<Word>.maximumMagnitudeBytes)
            .assumingMemoryBound(to: UInt8.self)
        let plain = UnsafeRawPointer(memory.codes)
        // The byte that will hold the low half of the length counts as greater than 0x8F.
        var last: UInt8 = 0xFF
        var position = 0
        var codeCount = 0
        var lastBits = 8
        while position < codeBits {
            let word = (plain + position &>> 3).loadUnaligned(as: UInt64.self) &>> UInt64(position & 7)
            var byte = UInt8(truncatingIfNeeded: word)
            lastBits = 8
            if last > 0x8F, byte & 0x7F == 0x7F {
                byte = 0x7F
                lastBits = 7
            }
            lastBits = min(lastBits, codeBits &- position)
            position &+= lastBits
            backward[codeCount] = byte
            codeCount &+= 1
            last = byte
        }
        return runs.join(backward, codeCount: codeCount, lastBits: lastBits, into: bytes)
    }
}
