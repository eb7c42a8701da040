/// The loops over bits and samples that take nearly all the time, for words and coefficients of 32 bits.
///
/// This folder is compiled twice: for any processor by the module `HTJ2K`, and for those with AVX2, BMI2 and LZCNT by
/// `HTJ2KAVX2`; `NarrowKernels` chooses. Only pointers and numbers pass between the two, and nothing here may use parts of
/// the standard library that are not inlined: the linker would keep one copy of their code for the whole program, perhaps
/// the one that older processors cannot run. `Scripts/check-avx2-module.sh` looks for such copies.
package enum CompiledKernels {
    /// Decodes the passes of a block into the words of `memory` (`BlockCoder.decode`).
    @inline(never)
    package static func decodeBlock(
        _ memory: UnsafeMutableRawPointer, _ bytes: UnsafePointer<UInt8>, _ passes: Int,
        _ cleanupLength: Int,
        _ refinementLength: Int, _ missingBitPlanes: Int, _ isVerticallyCausal: Bool, _ width: Int,
        _ height: Int
    ) -> Bool {
        BlockCoder<UInt32>.decode(
            BlockMemory(memory), bytes,
            BlockPasses(
                count: passes, cleanupLength: cleanupLength, refinementLength: refinementLength,
                missingBitPlanes: missingBitPlanes, isVerticallyCausal: isVerticallyCausal),
            width: width, height: height)
    }

    /// Encodes a block of coefficients into the output of `memory` (`BlockCoder.encode`).
    @inline(never)
    package static func encodeBlock(
        _ memory: UnsafeMutableRawPointer, _ coefficients: UnsafePointer<Int32>, _ stride: Int,
        _ width: Int,
        _ height: Int
    ) -> Int {
        BlockCoder<UInt32>.encode(
            BlockMemory(memory), coefficients, stride: stride, width: width, height: height)
    }

    /// Turns decoded words into rows of coefficients (`Reconstruction`).
    @inline(never)
    package static func reconstruct(
        _ words: UnsafePointer<UInt32>, _ rows: Int, _ width: Int, _ wordStride: Int, _ coefficientStride: Int,
        _ bitPlane: Int, _ isRefined: Bool, _ target: UnsafeMutablePointer<Int32>
    ) {
        let rows = WordRows(
            count: rows, width: width, wordStride: wordStride, coefficientStride: coefficientStride)
        Reconstruction.reconstruct(words, rows, bitPlane: bitPlane, isRefined: isRefined, into: target)
    }

    /// One row of the inverse transform (`ReversibleLifting.join`).
    @inline(never)
    package static func join(
        _ low: UnsafePointer<Int32>, _ high: UnsafePointer<Int32>, _ width: Int, _ odd: Int,
        _ row: UnsafeMutablePointer<Int32>
    ) {
        ReversibleLifting.join(low, high, width: width, odd: odd, into: row)
    }

    /// One row of the forward transform (`ReversibleLifting.split`).
    @inline(never)
    package static func split(
        _ row: UnsafePointer<Int32>, _ width: Int, _ odd: Int, _ low: UnsafeMutablePointer<Int32>,
        _ high: UnsafeMutablePointer<Int32>
    ) {
        ReversibleLifting.split(row, width: width, odd: odd, intoLow: low, high: high)
    }

    /// One vertical step; `step` is the raw value of a `ReversibleLifting.Step`.
    @inline(never)
    package static func lift(
        _ step: Int, _ row: UnsafeMutablePointer<Int32>, _ above: UnsafePointer<Int32>,
        _ below: UnsafePointer<Int32>,
        _ count: Int
    ) {
        guard let step = ReversibleLifting.Step(rawValue: step) else { return }
        ReversibleLifting.lift(step, row, above, below, count: count)
    }

    /// Loads a row of samples (`SampleRows.load`).
    @inline(never)
    package static func load(
        _ base: UnsafeRawPointer, _ count: Int, _ bytesPerSample: Int, _ isSigned: Bool,
        _ pixelStride: Int,
        _ shift: Int, _ row: UnsafeMutablePointer<Int32>
    ) -> Int32 {
        SampleRows.load(
            base, count: count,
            SampleFormat(
                bytesPerSample: bytesPerSample, isSigned: isSigned, pixelStride: pixelStride,
                componentStride: 0,
                shift: shift, least: 0, greatest: 0), into: row)
    }

    /// Loads and transforms a row of colours (`SampleRows.loadJoined`).
    @inline(never)
    package static func loadJoined(
        _ base: UnsafeRawPointer, _ count: Int, _ bytesPerSample: Int, _ isSigned: Bool,
        _ pixelStride: Int,
        _ componentStride: Int, _ shift: Int, _ row0: UnsafeMutablePointer<Int32>,
        _ row1: UnsafeMutablePointer<Int32>,
        _ row2: UnsafeMutablePointer<Int32>
    ) -> Int32 {
        SampleRows.loadJoined(
            base, count: count,
            SampleFormat(
                bytesPerSample: bytesPerSample, isSigned: isSigned, pixelStride: pixelStride,
                componentStride: componentStride, shift: shift, least: 0, greatest: 0), into: row0, row1,
            row2)
    }

    /// Stores a row of samples (`SampleRows.store`).
    @inline(never)
    package static func store(
        _ row: UnsafePointer<Int32>, _ count: Int, _ bytesPerSample: Int, _ pixelStride: Int,
        _ shift: Int,
        _ least: Int, _ greatest: Int, _ base: UnsafeMutableRawPointer
    ) {
        SampleRows.store(
            row, count: count,
            SampleFormat(
                bytesPerSample: bytesPerSample, isSigned: false, pixelStride: pixelStride,
                componentStride: 0,
                shift: shift, least: least, greatest: greatest), into: base)
    }

    /// Transforms and stores a row of colours (`SampleRows.storeJoined`).
    @inline(never)
    package static func storeJoined(
        _ row0: UnsafePointer<Int32>, _ row1: UnsafePointer<Int32>, _ row2: UnsafePointer<Int32>,
        _ count: Int,
        _ bytesPerSample: Int, _ pixelStride: Int, _ componentStride: Int, _ shift: Int, _ least: Int,
        _ greatest: Int,
        _ base: UnsafeMutableRawPointer
    ) {
        SampleRows.storeJoined(
            row0, row1, row2, count: count,
            SampleFormat(
                bytesPerSample: bytesPerSample, isSigned: false, pixelStride: pixelStride,
                componentStride: componentStride, shift: shift, least: least, greatest: greatest),
            into: base)
    }
}
