/// Decodes the cleanup pass of a high-throughput code-block (T.814 7.3).
///
/// The codes of a row of quads are read first (significance, known exponent bits, residuals), then its magnitudes and
/// signs; both streams have been unstuffed into plain bits, so that each read is one load at a bit position.
struct CleanupDecoder<Word: CoefficientWord> {
    let workspace: BlockWorkspace<Word>

    init(_ workspace: BlockWorkspace<Word>) {
        self.workspace = workspace
    }

    /// Decodes `count` bytes into `workspace.words`; false when they contradict themselves.
    ///
    /// `missing` is the number of most significant bit-planes that the packet header has told to be empty, less than
    /// the word's `maximumMagnitudeBits`; width and height are those of a legal block.
    func decode(_ bytes: UnsafePointer<UInt8>, count: Int, missing: Int, width: Int, height: Int) -> Bool {
        guard count >= 2 else { return false }
        let suffix = Int(bytes[count &- 1]) &<< 4 | Int(bytes[count &- 2] & 15)
        guard suffix >= 2, suffix <= count, suffix <= 4079 else { return false }
        let prefix = count &- suffix

        let quadCount = (width &+ 1) &>> 1
        let rowPadding = quadCount &* 20 &+ 32
        let magnitudeBits = BitStuffing.unstuffForward(
            bytes, count: min(prefix, BlockWorkspace<Word>.maximumMagnitudeBytes), padding: rowPadding,
            into: workspace.magnitudes)
        let codeBits = BitStuffing.unstuffBackward(
            bytes + prefix, count: suffix, padding: quadCount &* 3 &+ 16, into: workspace.codes)
        var runs = RunLengthReader(bytes + prefix, count: suffix)

        let line = workspace.line + 2
        (line - 2).initialize(repeating: 0, count: 2 &* quadCount &+ 6)
        let rowOfQuads = 512 + 4
        workspace.quads.initialize(repeating: 0, count: 2 &* rowOfQuads)
        var here = workspace.quads + 1
        var above = workspace.quads + rowOfQuads + 1

        var codePosition = 0
        var magnitudePosition = 0
        let bound = missing &+ 2
        let stride = 2 &* quadCount
        var words = workspace.words
        for row in 0..<(height &+ 1) &>> 1 {
            let greatest: Int
            if row == 0 {
                readCodes(&runs, &codePosition, isFirstRow: true, quadCount, above, here)
                greatest = readMagnitudes(&magnitudePosition, isFirstRow: true, quadCount, bound, here, line, words)
            } else {
                readCodes(&runs, &codePosition, isFirstRow: false, quadCount, above, here)
                greatest = readMagnitudes(&magnitudePosition, isFirstRow: false, quadCount, bound, here, line, words)
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

    /// Reads the codes of a row of quads; a record has rho from bit 0, e_1 from bit 4, e_k from bit 8, u_q from bit 16.
    @inline(__always)
    private func readCodes(
        _ runs: inout RunLengthReader, _ position: inout Int, isFirstRow: Bool, _ quadCount: Int,
        _ above: UnsafeMutablePointer<UInt32>, _ here: UnsafeMutablePointer<UInt32>
    ) {
        let table = UnsafePointer(workspace.decodingTables + (isFirstRow ? 0 : 1024))
        let residuals = UnsafePointer(workspace.residualTable)
        let codes = UnsafeRawPointer(workspace.codes)
        var left: UInt32 = 0
        var quad = 0
        while quad < quadCount {
            var bits = (codes + position &>> 3).loadUnaligned(as: UInt64.self) &>> UInt64(position & 7)
            var used = 0

            var first: UInt32 = 0
            let context = CleanupContext.of(quad, left: left, above: above, isFirstRow: isFirstRow)
            if context != 0 || runs.next() {
                first = UInt32(table[Int(context &<< 7 | UInt32(truncatingIfNeeded: bits) & 127)])
            }
            bits &>>= UInt64(first & 7)
            used &+= Int(first & 7)
            here[quad] = first &>> 4

            var second: UInt32 = 0
            if quad &+ 1 < quadCount {
                let context = CleanupContext.of(quad &+ 1, left: first &>> 4, above: above, isFirstRow: isFirstRow)
                if context != 0 || runs.next() {
                    second = UInt32(table[Int(context &<< 7 | UInt32(truncatingIfNeeded: bits) & 127)])
                }
                bits &>>= UInt64(second & 7)
                used &+= Int(second & 7)
            }
            left = second &>> 4 & 15

            var mode = first &>> 3 & 1 | (second &>> 2 & 2)
            var offset: UInt32 = 0
            if isFirstRow, mode == 3 {
                if runs.next() { offset = 2 } else { mode = UInt32(ResidualVLCTable.lowPairInFirstRow) }
            }
            let residual = UInt32(residuals[Int(mode &<< 6 | UInt32(truncatingIfNeeded: bits) & 63)])
            bits &>>= UInt64(residual & 7)
            let suffixBits = residual &>> 3 & 15
            let firstSuffixBits = residual &>> 7 & 7
            let suffixes = UInt32(truncatingIfNeeded: bits) & (1 &<< suffixBits &- 1)
            var u1 = residual &>> 10 & 7 &+ suffixes & (1 &<< firstSuffixBits &- 1)
            var u2 = residual &>> 13 &+ suffixes &>> firstSuffixBits
            used &+= Int(residual & 7 &+ suffixBits)
            if u1 > 32 || u2 > 32 {
                bits &>>= UInt64(suffixBits)
                if u1 > 32 {
                    u1 &+= UInt32(truncatingIfNeeded: bits & 15) &<< 2
                    bits &>>= 4
                    used &+= 4
                }
                if u2 > 32 {
                    u2 &+= UInt32(truncatingIfNeeded: bits & 15) &<< 2
                    used &+= 4
                }
            }
            position &+= used
            here[quad] = first &>> 4 | (u1 &+ offset) &<< 16
            here[quad &+ 1] = second &>> 4 | (u2 &+ offset) &<< 16
            quad &+= 2
        }
        // A quad beside the row has no significant sample.
        here[quadCount] = 0
    }

    /// Reads the magnitudes and signs of a row of quads into two rows of words; gives the greatest exponent bound, U_q.
    @inline(__always)
    private func readMagnitudes(
        _ position: inout Int, isFirstRow: Bool, _ quadCount: Int, _ bound: Int,
        _ here: UnsafeMutablePointer<UInt32>, _ line: UnsafeMutablePointer<Word>, _ words: UnsafeMutablePointer<Word>
    ) -> Int {
        let magnitudes = UnsafeRawPointer(workspace.magnitudes)
        let top = words
        let bottom = words + 2 &* quadCount
        var greatest = 0
        var lineLeft: Word = 0
        var bit = position
        for quad in 0..<quadCount {
            let record = here[quad]
            let x = 2 &* quad
            var exponentBound = 1
            let lineRight = line[x &+ 1]
            if !isFirstRow {
                // γ: the prediction from above counts when the quad has two significant samples or more.
                let rho = record & 15
                let reach = rho & (rho &- 1) != 0 ? lineLeft | line[x] | lineRight | line[x &+ 2] : 0
                exponentBound = Word.bitWidth &- 1 &- (reach | 2).leadingZeroBitCount
            }
            exponentBound &+= Int(record &>> 16)
            greatest = max(greatest, exponentBound)
            exponentBound = min(exponentBound, bound)

            @inline(__always) func read(_ n: UInt32) -> Word {
                let isSignificant = record &>> n & 1
                let count = exponentBound &* Int(isSignificant) &- Int(record &>> (8 &+ n) & 1)
                let plain = (magnitudes + bit &>> 3).loadUnaligned(as: UInt64.self) &>> UInt64(bit & 7)
                bit &+= count
                let known = UInt64(record &>> (4 &+ n) & 1) &<< UInt64(count)
                let value = plain & (1 &<< UInt64(count) &- 1) | known
                return Word(truncatingIfNeeded: value &+ 2 &* UInt64(isSignificant)) & (0 &- Word(isSignificant))
            }
            let word0 = read(0)
            let word1 = read(1)
            let word2 = read(2)
            let word3 = read(3)
            top[x] = word0
            bottom[x] = word1
            top[x &+ 1] = word2
            bottom[x &+ 1] = word3
            lineLeft = lineRight
            line[x] = CleanupContext.length(word1)
            line[x &+ 1] = CleanupContext.length(word3)
        }
        position = bit
        return greatest
    }
}
