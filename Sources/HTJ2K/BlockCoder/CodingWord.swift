/// A word whose blocks the codec codes, through the variant of the block coder that suits the processor.
protocol CodingWord: CoefficientWord where Coefficient: ReversibleElement {
    /// `BlockCoder.decode` in the memory at `base`.
    static func decodeBlock(
        _ base: UnsafeMutableRawPointer, _ bytes: UnsafePointer<UInt8>, _ passes: BlockPasses,
        width: Int, height: Int
    ) -> Bool
    /// `BlockCoder.encode` in the memory at `base`.
    static func encodeBlock(
        _ base: UnsafeMutableRawPointer, _ coefficients: UnsafePointer<Coefficient>, stride: Int,
        width: Int,
        height: Int
    ) -> Int
}

extension UInt32: CodingWord {
    static func decodeBlock(
        _ base: UnsafeMutableRawPointer, _ bytes: UnsafePointer<UInt8>, _ passes: BlockPasses,
        width: Int, height: Int
    ) -> Bool {
        NarrowKernels.chosen.decodeBlock(
            base, bytes, passes.count, passes.cleanupLength, passes.refinementLength,
            passes.missingBitPlanes,
            passes.isVerticallyCausal, width, height)
    }

    static func encodeBlock(
        _ base: UnsafeMutableRawPointer, _ coefficients: UnsafePointer<Int32>, stride: Int, width: Int,
        height: Int
    ) -> Int {
        NarrowKernels.chosen.encodeBlock(base, coefficients, stride, width, height)
    }
}

extension UInt64: CodingWord {
    static func decodeBlock(
        _ base: UnsafeMutableRawPointer, _ bytes: UnsafePointer<UInt8>, _ passes: BlockPasses,
        width: Int, height: Int
    ) -> Bool {
        BlockCoder.decode(BlockMemory<UInt64>(base), bytes, passes, width: width, height: height)
    }

    static func encodeBlock(
        _ base: UnsafeMutableRawPointer, _ coefficients: UnsafePointer<Int64>, stride: Int, width: Int,
        height: Int
    ) -> Int {
        BlockCoder.encode(
            BlockMemory<UInt64>(base), coefficients, stride: stride, width: width, height: height)
    }
}
