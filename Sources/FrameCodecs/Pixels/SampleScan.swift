/// What one pass over the native cells of a frame tells: the pixel values' range, and how few bits hold the cells
/// exactly.
struct SampleScan: Equatable {
    /// The least sample.
    var minimum: Int
    /// The greatest sample.
    var maximum: Int
    /// The bits an encoder has to keep of every cell: Bits Stored, or Bits Allocated when the bits above are no mere
    /// extension.
    var bitDepth: Int
    /// Whether those bits are two's complement.
    var isSigned: Bool

    init(minimum: Int, maximum: Int, bitDepth: Int, isSigned: Bool) {
        self.minimum = minimum
        self.maximum = maximum
        self.bitDepth = bitDepth
        self.isSigned = isSigned
    }

    /// Scans the cells of `frame`, which are 8, 16 or 32 bits wide and of whole numbers.
    ///
    /// Bits above Bits Stored are an extension when they are all 0 (unsigned) or all copies of the sign (signed). Else
    /// they hold something, overlays (PS3.5 8.1.2) or a sign left out, and every bit of the cell has to be kept. So it
    /// is where High Bit is not the top of the lowest Bits Stored bits.
    init(_ frame: [UInt8], _ pixel: PixelDescription) {
        self = frame.withUnsafeBytes { SampleScan($0, pixel) }
    }

    /// Scans the cells of `frame`; see ``init(_:_:)-([UInt8],_)``.
    init(_ frame: UnsafeRawBufferPointer, _ pixel: PixelDescription) {
        switch (pixel.bytesPerSample, pixel.isSigned) {
        case (1, false): self.init(frame, pixel, of: UInt8.self)
        case (1, true): self.init(frame, pixel, of: Int8.self)
        case (2, false): self.init(frame, pixel, of: UInt16.self)
        case (2, true): self.init(frame, pixel, of: Int16.self)
        case (_, false): self.init(frame, pixel, of: UInt32.self)
        case (_, true): self.init(frame, pixel, of: Int32.self)
        }
    }

    private init<Cell: FixedWidthInteger>(
        _ frame: UnsafeRawBufferPointer, _ pixel: PixelDescription, of cell: Cell.Type
    ) {
        let (low, high) = SampleScan.range(frame, of: cell) { $0 }
        let isLowest = pixel.highBit == pixel.bitsStored - 1
        isSigned = pixel.isSigned
        if isLowest, SampleScan.fits(low, pixel.bitsStored), SampleScan.fits(high, pixel.bitsStored) {
            bitDepth = pixel.bitsStored
            (minimum, maximum) = (Int(low), Int(high))
            return
        }
        bitDepth = pixel.bitsAllocated
        // The sample is moved to the top of the cell, which drops what lies above, and back, which extends its sign.
        let above = Cell.bitWidth - 1 - pixel.highBit
        let below = Cell.bitWidth - pixel.bitsStored
        let samples = SampleScan.range(frame, of: cell) { ($0 &<< Cell(above)) &>> Cell(below) }
        (minimum, maximum) = (Int(samples.low), Int(samples.high))
    }

    /// Whether `value` is what its lowest `bits` bits are, extended.
    private static func fits<Cell: FixedWidthInteger>(_ value: Cell, _ bits: Int) -> Bool {
        let rest = Cell.bitWidth - bits
        return (value << Cell(rest)) >> Cell(rest) == value
    }

    /// The range of `frame`'s cells after `transform`; (0, 0) when there are none. Branchless, so that it vectorises.
    @inline(__always)
    private static func range<Cell: FixedWidthInteger>(
        _ frame: UnsafeRawBufferPointer, of cell: Cell.Type, _ transform: (Cell) -> Cell
    ) -> (low: Cell, high: Cell) {
        let size = MemoryLayout<Cell>.size
        let count = frame.count / size
        guard count > 0 else { return (0, 0) }
        var low = Cell.max
        var high = Cell.min
        for index in 0..<count {
            let value = transform(
                Cell(littleEndian: frame.loadUnaligned(fromByteOffset: index &* size, as: Cell.self)))
            low = min(low, value)
            high = max(high, value)
        }
        return (low, high)
    }
}
