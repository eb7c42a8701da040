/// What packet headers tell of the passes of a block.
struct BlockPasses: Sendable {
    /// 1: cleanup; 2: and significance propagation; 3: and magnitude refinement.
    var count: Int
    var cleanupLength: Int
    var refinementLength: Int
    /// Most significant bit-planes that are empty; those of the sub-band are more.
    var missingBitPlanes: Int
    /// Contexts of the significance propagation pass do not look into the next stripe.
    var isVerticallyCausal: Bool
}

/// Codes one block: all its passes, in the memory of a workspace.
enum BlockCoder<Word: CoefficientWord> {
    /// Decodes the bytes of a block into `memory.words`; false when they contradict themselves.
    ///
    /// With more than one pass the words are in quarters of the cleanup pass's bit-plane (`RefinementDecoder`).
    @inline(__always)
    static func decode(
        _ memory: BlockMemory<Word>, _ bytes: UnsafePointer<UInt8>, _ passes: BlockPasses, width: Int,
        height: Int
    ) -> Bool {
        let isWhole = CleanupDecoder(memory).decode(
            bytes, count: passes.cleanupLength, missing: passes.missingBitPlanes, width: width,
            height: height)
        guard isWhole, passes.count > 1 else { return isWhole }
        RefinementDecoder(memory: memory).decode(
            bytes + passes.cleanupLength, count: passes.refinementLength, hasMagnitudes: passes.count > 2,
            isVerticallyCausal: passes.isVerticallyCausal, width: width, height: height)
        return true
    }

    /// Encodes a block of coefficients without loss into `memory.output`; gives its bytes, 0 when all are zero.
    @inline(__always)
    static func encode(
        _ memory: BlockMemory<Word>, _ coefficients: UnsafePointer<Word.Coefficient>, stride: Int,
        width: Int,
        height: Int
    ) -> Int {
        let encoder = CleanupEncoder(memory)
        guard encoder.load(coefficients, stride: stride, width: width, height: height) != 0 else {
            return 0
        }
        return encoder.encode(width: width, height: height)
    }
}
