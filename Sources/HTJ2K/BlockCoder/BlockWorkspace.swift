/// The memory that code-blocks are coded in, allocated once per image and reused for every block.
///
/// All buffers are sized for the largest block that the standard allows: 4096 samples, at most 1024 wide or high.
final class BlockWorkspace<Word: CoefficientWord> {
    /// The block's coefficients as words; rows are `(width + 1) & ~1` apart and their number is rounded up to even.
    let words: UnsafeMutablePointer<Word>
    /// Plain bits of the magnitude and sign stream.
    let magnitudes: UnsafeMutableRawPointer
    /// Plain bits of the variable-length codes.
    let codes: UnsafeMutableRawPointer
    /// Bytes of the run-length coder while encoding.
    let runs: UnsafeMutablePointer<UInt8>
    /// The finished bytes of a block while encoding.
    let output: UnsafeMutablePointer<UInt8>
    /// Bit lengths (as OR of words) of the bottom samples of the row of quads above, two words before the first.
    let line: UnsafeMutablePointer<Word>
    /// By quad of the row above and of this one: significance and code results.
    let quads: UnsafeMutablePointer<UInt32>
    /// Significance with a border of one sample, for the refinement passes.
    let flags: UnsafeMutablePointer<UInt8>
    /// The tables of `ContextVLCTables` for the first row of quads and then for the others, and `ResidualVLCTable`.
    let decodingTables: UnsafeMutablePointer<UInt16>
    let encodingTables: UnsafeMutablePointer<UInt16>
    let residualTable: UnsafeMutablePointer<UInt16>
    let residualCodes: UnsafeMutablePointer<UInt16>
    /// By the four bits of a quad's samples: a lane of ones for each bit that is set, in the order top left, top right,
    /// bottom left, bottom right; and a byte of one, in the order of the bits.
    let lanes: UnsafeMutablePointer<SIMD4<UInt32>>
    let bytes: UnsafeMutablePointer<UInt32>

    static var maximumSamples: Int { 4096 }
    static var maximumMagnitudeBytes: Int { 24576 }
    static var outputCapacity: Int { 40960 }
    static var codesCapacity: Int { 8192 }

    init() {
        words = .allocate(capacity: BlockWorkspace.maximumSamples + 64)
        magnitudes = .allocate(byteCount: 2 * BlockWorkspace.maximumMagnitudeBytes, alignment: 64)
        codes = .allocate(byteCount: BlockWorkspace.codesCapacity, alignment: 64)
        runs = .allocate(capacity: 2048)
        output = .allocate(capacity: BlockWorkspace.outputCapacity)
        line = .allocate(capacity: 1024 + 8)
        quads = .allocate(capacity: 2 * (512 + 4))
        flags = .allocate(capacity: 8192)
        decodingTables = BlockWorkspace.copy(ContextVLCTables.decodingOfFirstRow + ContextVLCTables.decodingOfOtherRows)
        encodingTables = BlockWorkspace.copy(ContextVLCTables.encodingOfFirstRow + ContextVLCTables.encodingOfOtherRows)
        residualTable = BlockWorkspace.copy(ResidualVLCTable.entries)
        residualCodes = BlockWorkspace.copy(ResidualVLCTable.codes)
        lanes = .allocate(capacity: 16)
        bytes = .allocate(capacity: 16)
        for bits in 0..<16 as Range<UInt32> {
            let lane = SIMD4(bits & 1, bits >> 2 & 1, bits >> 1 & 1, bits >> 3)
            lanes[Int(bits)] = 0 &- lane
            bytes[Int(bits)] = lane[0] | lane[2] << 8 | lane[1] << 16 | lane[3] << 24
        }
    }

    deinit {
        words.deallocate()
        magnitudes.deallocate()
        codes.deallocate()
        runs.deallocate()
        output.deallocate()
        line.deallocate()
        quads.deallocate()
        flags.deallocate()
        decodingTables.deallocate()
        encodingTables.deallocate()
        residualTable.deallocate()
        residualCodes.deallocate()
        lanes.deallocate()
        bytes.deallocate()
    }

    private static func copy(_ table: [UInt16]) -> UnsafeMutablePointer<UInt16> {
        let pointer = UnsafeMutablePointer<UInt16>.allocate(capacity: table.count)
        for (index, entry) in table.enumerated() {
            pointer[index] = entry
        }
        return pointer
    }
}
