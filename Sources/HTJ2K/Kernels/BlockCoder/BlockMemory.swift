/// Where everything lies in the memory that a code-block is coded in: one piece, cut at fixed places.
///
/// All buffers are sized for the largest block that the standard allows: 4096 samples, at most 1024 wide or high.
struct BlockMemory<Word: CoefficientWord> {
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
    /// By quad of a row of narrow words while decoding: where the bits of each sample begin, a byte each in the order of
    /// `lanes`; how many bits the quad has; and the top bit of a value, 1 << (U_q - 1).
    let starts: UnsafeMutablePointer<UInt32>
    var totals: UnsafeMutablePointer<UInt32> { starts + 512 }
    var tops: UnsafeMutablePointer<UInt32> { starts + 1024 }
    /// Significance with a border of one sample, for the refinement passes.
    let flags: UnsafeMutablePointer<UInt8>
    /// The context tables for the first row of quads and then for the others, and the residual tables; the owner of the
    /// memory fills them. Above its 16 bits a decoding entry has what its rho adds to the next quad's context, times 128.
    let decodingTables: UnsafeMutablePointer<UInt32>
    let encodingTables: UnsafeMutablePointer<UInt16>
    let residualTable: UnsafeMutablePointer<UInt16>
    let residualCodes: UnsafeMutablePointer<UInt16>
    /// By the four bits of a quad's samples: a lane of ones for each bit that is set, in the order top left, top right,
    /// bottom left, bottom right.
    let lanes: UnsafeMutablePointer<SIMD4<UInt32>>
    /// The first byte after all parts.
    let end: UnsafeMutableRawPointer

    /// Entries of the tables.
    static var decodingEntries: Int { 2 * 1024 }
    static var encodingEntries: Int { 2 * 2048 }
    static var residualEntries: Int { 5 * 64 }
    static var residualCodeEntries: Int { 33 }

    static var maximumSamples: Int { 4096 }
    /// Room for the quads of a row and those beside it.
    static var quadsOfRow: Int { 512 + 4 }
    static var maximumMagnitudeBytes: Int { 24576 }
    /// Bytes that a block takes at most.
    static var outputCapacity: Int { 40960 }

    /// The parts of the memory at `base`, which is aligned to 16 bytes and has `byteCount` bytes.
    @inline(__always)
    init(_ base: UnsafeMutableRawPointer) {
        var offset = 0
        @inline(__always) func part(_ byteCount: Int) -> UnsafeMutableRawPointer {
            defer { offset &+= (byteCount &+ 63) & ~63 }
            return base + offset
        }
        words = part((BlockMemory.maximumSamples &+ 64) &* MemoryLayout<Word>.size)
            .assumingMemoryBound(to: Word.self)
        magnitudes = part(2 &* BlockMemory.maximumMagnitudeBytes)
        codes = part(8192)
        runs = part(2048).assumingMemoryBound(to: UInt8.self)
        output = part(BlockMemory.outputCapacity).assumingMemoryBound(to: UInt8.self)
        line = part((1024 &+ 8) &* MemoryLayout<Word>.size).assumingMemoryBound(to: Word.self)
        quads = part(2 &* BlockMemory.quadsOfRow &* 4).assumingMemoryBound(to: UInt32.self)
        starts = part(3 &* 512 &* 4).assumingMemoryBound(to: UInt32.self)
        flags = part(8192).assumingMemoryBound(to: UInt8.self)
        decodingTables = part(4 &* BlockMemory.decodingEntries).assumingMemoryBound(to: UInt32.self)
        encodingTables = part(2 &* BlockMemory.encodingEntries).assumingMemoryBound(to: UInt16.self)
        residualTable = part(2 &* BlockMemory.residualEntries).assumingMemoryBound(to: UInt16.self)
        residualCodes = part(2 &* BlockMemory.residualCodeEntries).assumingMemoryBound(to: UInt16.self)
        lanes = part(16 &* 16).assumingMemoryBound(to: SIMD4<UInt32>.self)
        end = base + offset
    }

    /// Bytes that suffice for all parts.
    static var byteCount: Int { 180 * 1024 }
}
