/// A coefficient of the reversible path, with the loops over rows of them.
///
/// The default is the loops as this module is compiled; 32-bit coefficients take the variant that suits the processor.
protocol ReversibleElement: FixedWidthInteger, SignedInteger, Sendable {
    static func join(
        _ low: UnsafePointer<Self>, _ high: UnsafePointer<Self>, width: Int, odd: Int,
        into row: UnsafeMutablePointer<Self>)
    static func split(
        _ row: UnsafePointer<Self>, width: Int, odd: Int, intoLow low: UnsafeMutablePointer<Self>,
        high: UnsafeMutablePointer<Self>)
    static func lift(
        _ step: ReversibleLifting.Step, _ row: UnsafeMutablePointer<Self>, _ above: UnsafePointer<Self>,
        _ below: UnsafePointer<Self>, count: Int)
    static func load(
        _ base: UnsafeRawPointer, count: Int, _ format: SampleFormat,
        into row: UnsafeMutablePointer<Self>
    ) -> Self
    static func loadJoined(
        _ base: UnsafeRawPointer, count: Int, _ format: SampleFormat,
        into row0: UnsafeMutablePointer<Self>,
        _ row1: UnsafeMutablePointer<Self>, _ row2: UnsafeMutablePointer<Self>
    ) -> Self
}

extension Int64: ReversibleElement {
    static func join(
        _ low: UnsafePointer<Int64>, _ high: UnsafePointer<Int64>, width: Int, odd: Int,
        into row: UnsafeMutablePointer<Int64>
    ) {
        ReversibleLifting.join(low, high, width: width, odd: odd, into: row)
    }

    static func split(
        _ row: UnsafePointer<Int64>, width: Int, odd: Int, intoLow low: UnsafeMutablePointer<Int64>,
        high: UnsafeMutablePointer<Int64>
    ) {
        ReversibleLifting.split(row, width: width, odd: odd, intoLow: low, high: high)
    }

    static func lift(
        _ step: ReversibleLifting.Step, _ row: UnsafeMutablePointer<Int64>,
        _ above: UnsafePointer<Int64>,
        _ below: UnsafePointer<Int64>, count: Int
    ) {
        ReversibleLifting.lift(step, row, above, below, count: count)
    }

    static func load(
        _ base: UnsafeRawPointer, count: Int, _ format: SampleFormat,
        into row: UnsafeMutablePointer<Int64>
    ) -> Int64 {
        SampleRows.load(base, count: count, format, into: row)
    }

    static func loadJoined(
        _ base: UnsafeRawPointer, count: Int, _ format: SampleFormat,
        into row0: UnsafeMutablePointer<Int64>,
        _ row1: UnsafeMutablePointer<Int64>, _ row2: UnsafeMutablePointer<Int64>
    ) -> Int64 {
        SampleRows.loadJoined(base, count: count, format, into: row0, row1, row2)
    }
}

extension Int32: ReversibleElement {
    static func join(
        _ low: UnsafePointer<Int32>, _ high: UnsafePointer<Int32>, width: Int, odd: Int,
        into row: UnsafeMutablePointer<Int32>
    ) {
        NarrowKernels.chosen.join(low, high, width, odd, row)
    }

    static func split(
        _ row: UnsafePointer<Int32>, width: Int, odd: Int, intoLow low: UnsafeMutablePointer<Int32>,
        high: UnsafeMutablePointer<Int32>
    ) {
        NarrowKernels.chosen.split(row, width, odd, low, high)
    }

    static func lift(
        _ step: ReversibleLifting.Step, _ row: UnsafeMutablePointer<Int32>,
        _ above: UnsafePointer<Int32>,
        _ below: UnsafePointer<Int32>, count: Int
    ) {
        NarrowKernels.chosen.lift(step.rawValue, row, above, below, count)
    }

    static func load(
        _ base: UnsafeRawPointer, count: Int, _ format: SampleFormat,
        into row: UnsafeMutablePointer<Int32>
    ) -> Int32 {
        NarrowKernels.chosen.load(
            base, count, format.bytesPerSample, format.isSigned, format.pixelStride, format.shift, row)
    }

    static func loadJoined(
        _ base: UnsafeRawPointer, count: Int, _ format: SampleFormat,
        into row0: UnsafeMutablePointer<Int32>,
        _ row1: UnsafeMutablePointer<Int32>, _ row2: UnsafeMutablePointer<Int32>
    ) -> Int32 {
        NarrowKernels.chosen.loadJoined(
            base, count, format.bytesPerSample, format.isSigned, format.pixelStride,
            format.componentStride,
            format.shift, row0, row1, row2)
    }
}
