#if canImport(HTJ2KAVX2)
import CProcessor
import HTJ2KAVX2

/// The loops of `CompiledKernels` in the variant that suits the processor, chosen once.
struct NarrowKernels: Sendable {
    typealias Row = UnsafePointer<Int32>
    typealias MutableRow = UnsafeMutablePointer<Int32>

    let decodeBlock:
        @Sendable (UnsafeMutableRawPointer, UnsafePointer<UInt8>, Int, Int, Int, Int, Bool, Int, Int)
            -> Bool
    let encodeBlock: @Sendable (UnsafeMutableRawPointer, Row, Int, Int, Int) -> Int
    let reconstruct: @Sendable (UnsafePointer<UInt32>, Int, Int, Int, Int, Int, Bool, MutableRow) -> Void
    let join: @Sendable (Row, Row, Int, Int, MutableRow) -> Void
    let split: @Sendable (Row, Int, Int, MutableRow, MutableRow) -> Void
    let lift: @Sendable (Int, MutableRow, Row, Row, Int) -> Void
    let load: @Sendable (UnsafeRawPointer, Int, Int, Bool, Int, Int, MutableRow) -> Int32
    let loadJoined:
        @Sendable (
            UnsafeRawPointer, Int, Int, Bool, Int, Int, Int, MutableRow, MutableRow, MutableRow
        ) -> Int32
    let store: @Sendable (Row, Int, Int, Int, Int, Int, Int, UnsafeMutableRawPointer) -> Void
    let storeJoined: @Sendable (Row, Row, Row, Int, Int, Int, Int, Int, Int, Int, UnsafeMutableRawPointer) -> Void
}

extension NarrowKernels {
    /// The variant for any processor.
    static let portable = NarrowKernels(
        decodeBlock: CompiledKernels.decodeBlock, encodeBlock: CompiledKernels.encodeBlock,
        reconstruct: CompiledKernels.reconstruct, join: CompiledKernels.join,
        split: CompiledKernels.split,
        lift: CompiledKernels.lift, load: CompiledKernels.load,
        loadJoined: CompiledKernels.loadJoined,
        store: CompiledKernels.store, storeJoined: CompiledKernels.storeJoined)

    /// The variant for processors with AVX2, BMI2 and LZCNT.
    static let avx2 = NarrowKernels(
        decodeBlock: HTJ2KAVX2.CompiledKernels.decodeBlock,
        encodeBlock: HTJ2KAVX2.CompiledKernels.encodeBlock,
        reconstruct: HTJ2KAVX2.CompiledKernels.reconstruct, join: HTJ2KAVX2.CompiledKernels.join,
        split: HTJ2KAVX2.CompiledKernels.split, lift: HTJ2KAVX2.CompiledKernels.lift,
        load: HTJ2KAVX2.CompiledKernels.load, loadJoined: HTJ2KAVX2.CompiledKernels.loadJoined,
        store: HTJ2KAVX2.CompiledKernels.store, storeJoined: HTJ2KAVX2.CompiledKernels.storeJoined)

    /// Whether this processor runs the variant with AVX2.
    static let isAVX2Usable = processor_has_avx2_bmi2_lzcnt() != 0

    /// The variant for this processor.
    static let chosen = isAVX2Usable ? avx2 : portable
}
#else

/// The loops of `CompiledKernels`, of which there is one variant.
enum NarrowKernels {
    static var chosen: CompiledKernels.Type { CompiledKernels.self }
}
#endif
