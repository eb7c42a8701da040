/// Encodes the cleanup pass of a high-throughput code-block (T.814 7.3), at bit-plane 0: without loss.
struct CleanupEncoder<Word: CoefficientWord> {
    let workspace: BlockWorkspace<Word>

    init(_ workspace: BlockWorkspace<Word>) {
        self.workspace = workspace
    }

    /// Loads a block of coefficients into `workspace.words`; gives the OR of all words, 0 when none is significant.
    ///
    /// Columns and rows that complete the last quads are insignificant.
    func load(_ coefficients: UnsafePointer<Word.Coefficient>, stride: Int, width: Int, height: Int) -> Word {
        let rowWords = (width &+ 1) & ~1
        var any: Word = 0
        for y in 0..<height {
            let source = coefficients + y &* stride
            let words = workspace.words + y &* rowWords
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
            (workspace.words + height &* rowWords).initialize(repeating: 0, count: rowWords)
        }
        return any
    }

    /// Encodes the loaded block, in which a word is significant, into `workspace.output`; gives the number of bytes.
    func encode(width: Int, height: Int) -> Int {
        let quadCount = (width &+ 1) &>> 1
        let line = workspace.line + 2
        (line - 2).initialize(repeating: 0, count: 2 &* quadCount &+ 6)
        let rowOfQuads = 512 + 4
        workspace.quads.initialize(repeating: 0, count: 2 &* rowOfQuads)
        var here = workspace.quads + 1
        var above = workspace.quads + rowOfQuads + 1
        var runs = RunLengthWriter(workspace.runs)
        var codes = PlainBitWriter(workspace.codes)
        // The first four bits share their byte with the length of the suffix, as ones that stuffing sees.
        codes.write(15, count: 4)
        var magnitudes = PlainBitWriter(workspace.magnitudes)
        var words = workspace.words
        for row in 0..<(height &+ 1) &>> 1 {
            if row == 0 {
                encodeRow(&runs, &codes, &magnitudes, isFirstRow: true, quadCount, above, here, line, words)
            } else {
                encodeRow(&runs, &codes, &magnitudes, isFirstRow: false, quadCount, above, here, line, words)
            }
            swap(&here, &above)
            words += 4 &* quadCount
        }

        let output = workspace.output
        let prefix = BitStuffing.stuffForward(
            workspace.magnitudes, bitCount: magnitudes.finish(), into: output)
        let suffix = joinSuffix(&runs, &codes, into: output + prefix)
        let count = prefix &+ suffix
        output[count &- 1] = UInt8(truncatingIfNeeded: suffix &>> 4)
        output[count &- 2] = output[count &- 2] & 0xF0 | UInt8(truncatingIfNeeded: suffix & 15)
        return count
    }

    @inline(__always)
    private func encodeRow(
        _ runs: inout RunLengthWriter, _ codes: inout PlainBitWriter, _ magnitudes: inout PlainBitWriter,
        isFirstRow: Bool, _ quadCount: Int, _ above: UnsafeMutablePointer<UInt32>,
        _ here: UnsafeMutablePointer<UInt32>, _ line: UnsafeMutablePointer<Word>, _ words: UnsafeMutablePointer<Word>
    ) {
        let table = UnsafePointer(workspace.encodingTables + (isFirstRow ? 0 : 2048))
        let bottom = words + 2 &* quadCount
        var left: UInt32 = 0
        var lineLeft: Word = 0

        /// Codes significance, exponent bits and magnitudes of a quad; gives its residual u_q.
        @inline(__always)
        func encodeQuad(_ quad: Int) -> Int {
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
            let reach: Word
            if isFirstRow {
                reach = 0
            } else {
                let lineRight = line[x &+ 1]
                let all = lineLeft | line[x] | lineRight | line[x &+ 2]
                reach = rho & (rho &- 1) != 0 ? all : 0
                lineLeft = lineRight
            }
            line[x] = length1
            line[x &+ 1] = length3
            if context == 0 {
                runs.write(rho != 0)
                if rho == 0 { return 0 }
            }

            let predicted = Word.bitWidth &- 1 &- (reach | 2).leadingZeroBitCount
            let lengths = CleanupContext.length(word0) | length1 | CleanupContext.length(word2) | length3
            let exponent = Word.bitWidth &- lengths.leadingZeroBitCount
            let bound = max(exponent, predicted)
            let residual = bound &- predicted
            let value0 = UInt64(word0) &- 2 &* UInt64(s0)
            let value1 = UInt64(word1) &- 2 &* UInt64(s1)
            let value2 = UInt64(word2) &- 2 &* UInt64(s2)
            let value3 = UInt64(word3) &- 2 &* UInt64(s3)
            var pattern: UInt32 = 0
            if residual > 0 {
                let shift = UInt64(bound &- 1)
                pattern = UInt32(truncatingIfNeeded: value0 &>> shift)
                pattern |= UInt32(truncatingIfNeeded: value1 &>> shift) &<< 1
                pattern |= UInt32(truncatingIfNeeded: value2 &>> shift) &<< 2
                pattern |= UInt32(truncatingIfNeeded: value3 &>> shift) &<< 3
            }
            let entry = UInt32(table[Int(context &<< 8 | rho &<< 4 | pattern)])
            codes.write(UInt64(entry & 127), count: Int(entry &>> 7 & 7))

            let count0 = bound &* Int(s0) &- Int(entry &>> 10 & 1)
            let count1 = bound &* Int(s1) &- Int(entry &>> 11 & 1)
            let count2 = bound &* Int(s2) &- Int(entry &>> 12 & 1)
            let count3 = bound &* Int(s3) &- Int(entry &>> 13 & 1)
            magnitudes.write(value0 & (1 &<< UInt64(count0) &- 1), count: count0)
            magnitudes.write(value1 & (1 &<< UInt64(count1) &- 1), count: count1)
            magnitudes.write(value2 & (1 &<< UInt64(count2) &- 1), count: count2)
            magnitudes.write(value3 & (1 &<< UInt64(count3) &- 1), count: count3)
            return residual
        }

        var quad = 0
        while quad < quadCount {
            let u1 = encodeQuad(quad)
            let u2 = quad &+ 1 < quadCount ? encodeQuad(quad &+ 1) : 0
            quad &+= 2
            writeResiduals(&runs, &codes, isFirstRow: isFirstRow, u1, u2)
        }
        here[quadCount] = 0
    }

    /// Codes the residuals of a pair of quads (T.814 7.3.6).
    @inline(__always)
    private func writeResiduals(
        _ runs: inout RunLengthWriter, _ codes: inout PlainBitWriter, isFirstRow: Bool, _ u1: Int, _ u2: Int
    ) {
        var (u1, u2) = (u1, u2)
        if isFirstRow, u1 > 0, u2 > 0 {
            let areBothHigh = u1 > 2 && u2 > 2
            runs.write(areBothHigh)
            if areBothHigh {
                u1 &-= 2
                u2 &-= 2
            } else if u1 > 2 {
                let code = ResidualVLCTable.code(u1)
                codes.write(code.prefix, count: code.prefixBits)
                codes.write(UInt64(u2 &- 1), count: 1)
                codes.write(code.suffix, count: code.suffixBits)
                codes.write(code.extra, count: code.extraBits)
                return
            }
        }
        let first = ResidualVLCTable.code(u1)
        let second = ResidualVLCTable.code(u2)
        codes.write(
            first.prefix | second.prefix &<< UInt64(first.prefixBits), count: first.prefixBits &+ second.prefixBits)
        codes.write(
            first.suffix | second.suffix &<< UInt64(first.suffixBits), count: first.suffixBits &+ second.suffixBits)
        codes.write(first.extra | second.extra &<< UInt64(first.extraBits), count: first.extraBits &+ second.extraBits)
    }

    /// Writes the suffix: run-length bytes forward, code bytes backward, the byte where they meet shared when it can be.
    private func joinSuffix(
        _ runs: inout RunLengthWriter, _ codes: inout PlainBitWriter, into bytes: UnsafeMutablePointer<UInt8>
    ) -> Int {
        runs.finish()
        let codeBits = codes.finish()
        // The code bytes are stuffed in reading order behind the magnitudes' plain bits and then turned round.
        let backward = (workspace.magnitudes + BlockWorkspace<Word>.maximumMagnitudeBytes)
            .assumingMemoryBound(to: UInt8.self)
        let plain = UnsafeRawPointer(workspace.codes)
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
