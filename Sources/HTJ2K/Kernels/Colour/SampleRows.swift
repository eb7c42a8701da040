/// How samples lie in memory: of which container, how far apart, and what they mean.
struct SampleFormat: Sendable {
    /// Bytes of a sample: 1, 2 or 4, little-endian.
    var bytesPerSample: Int
    var isSigned: Bool
    /// Bytes from a pixel to the next, and from a component of a pixel to the next component.
    var pixelStride: Int
    var componentStride: Int
    /// The level shift (T.800 G.1), and the least and greatest sample.
    var shift: Int
    var least: Int
    var greatest: Int
}

/// Rows of samples to rows of coefficients and back: level shift (T.800 G.1) and reversible component transform (G.2).
enum SampleRows {
    /// Loads the samples of a component, less the level shift; gives the bits in which any of them differs from its sign.
    @inline(__always)
    static func load<T: FixedWidthInteger & SignedInteger>(
        _ base: UnsafeRawPointer, count: Int, _ format: SampleFormat, into row: UnsafeMutablePointer<T>
    ) -> T {
        switch (format.bytesPerSample, format.isSigned) {
        case (1, false): load(base, UInt8.self, count: count, format, into: row)
        case (1, true): load(base, Int8.self, count: count, format, into: row)
        case (2, false): load(base, UInt16.self, count: count, format, into: row)
        case (2, true): load(base, Int16.self, count: count, format, into: row)
        case (_, false): load(base, UInt32.self, count: count, format, into: row)
        case (_, true): load(base, Int32.self, count: count, format, into: row)
        }
    }

    @inline(__always)
    private static func load<T: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger>(
        _ base: UnsafeRawPointer, _: Sample.Type, count: Int, _ format: SampleFormat,
        into row: UnsafeMutablePointer<T>
    ) -> T {
        let shift = T(truncatingIfNeeded: format.shift)
        var excess: T = 0
        if format.pixelStride == MemoryLayout<Sample>.size {
            for x in 0..<count {
                let value: T = sample(base, at: x &* MemoryLayout<Sample>.size, Sample.self)
                excess |= bits(value)
                row[x] = value &- shift
            }
        } else {
            let stride = format.pixelStride
            for x in 0..<count {
                let value: T = sample(base, at: x &* stride, Sample.self)
                excess |= bits(value)
                row[x] = value &- shift
            }
        }
        return excess
    }

    /// Loads red, green and blue and transforms them to Y0, Y1 and Y2; gives bits as `load` does.
    @inline(__always)
    static func loadJoined<T: FixedWidthInteger & SignedInteger>(
        _ base: UnsafeRawPointer, count: Int, _ format: SampleFormat,
        into row0: UnsafeMutablePointer<T>,
        _ row1: UnsafeMutablePointer<T>, _ row2: UnsafeMutablePointer<T>
    ) -> T {
        switch (format.bytesPerSample, format.isSigned) {
        case (1, false): loadJoined(base, UInt8.self, count: count, format, into: row0, row1, row2)
        case (1, true): loadJoined(base, Int8.self, count: count, format, into: row0, row1, row2)
        case (2, false): loadJoined(base, UInt16.self, count: count, format, into: row0, row1, row2)
        case (2, true): loadJoined(base, Int16.self, count: count, format, into: row0, row1, row2)
        case (_, false): loadJoined(base, UInt32.self, count: count, format, into: row0, row1, row2)
        case (_, true): loadJoined(base, Int32.self, count: count, format, into: row0, row1, row2)
        }
    }

    @inline(__always)
    private static func loadJoined<T: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger>(
        _ base: UnsafeRawPointer, _: Sample.Type, count: Int, _ format: SampleFormat,
        into row0: UnsafeMutablePointer<T>, _ row1: UnsafeMutablePointer<T>,
        _ row2: UnsafeMutablePointer<T>
    ) -> T {
        // Constant strides let the compiler take the pixels of three samples apart in vectors.
        let size = MemoryLayout<Sample>.size
        if format.pixelStride == 3 &* size, format.componentStride == size {
            return loadJoined(base, Sample.self, count, 3 &* size, size, format.shift, row0, row1, row2)
        }
        return loadJoined(
            base, Sample.self, count, format.pixelStride, format.componentStride, format.shift, row0,
            row1, row2)
    }

    @inline(__always)
    private static func loadJoined<T: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger>(
        _ base: UnsafeRawPointer, _: Sample.Type, _ count: Int, _ pixelStride: Int,
        _ componentStride: Int,
        _ shift: Int, _ row0: UnsafeMutablePointer<T>, _ row1: UnsafeMutablePointer<T>,
        _ row2: UnsafeMutablePointer<T>
    ) -> T {
        let shift = T(truncatingIfNeeded: shift)
        var excess: T = 0
        for x in 0..<count {
            let place = x &* pixelStride
            let red: T = sample(base, at: place, Sample.self)
            let green: T = sample(base, at: place &+ componentStride, Sample.self)
            let blue: T = sample(base, at: place &+ 2 &* componentStride, Sample.self)
            excess |= bits(red) | bits(green) | bits(blue)
            // RCT (T.800 G.2.1); the level shift cancels out in the differences.
            row0[x] = (red &+ 2 &* green &+ blue) &>> 2 &- shift
            row1[x] = blue &- green
            row2[x] = red &- green
        }
        return excess
    }

    @inline(__always)
    private static func sample<T: FixedWidthInteger, Sample: FixedWidthInteger>(
        _ base: UnsafeRawPointer, at offset: Int, _: Sample.Type
    ) -> T {
        T(
            truncatingIfNeeded: Sample(
                littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Sample.self)))
    }

    /// The bits in which a value differs from its sign.
    @inline(__always)
    private static func bits<T: FixedWidthInteger & SignedInteger>(_ value: T) -> T {
        value ^ (value &>> T(truncatingIfNeeded: T.bitWidth &- 1))
    }
}

extension SampleRows {
    /// Stores a row of coefficients as the samples of a component, level-shifted and clamped.
    @inline(__always)
    static func store<T: FixedWidthInteger & SignedInteger>(
        _ row: UnsafePointer<T>, count: Int, _ format: SampleFormat, into base: UnsafeMutableRawPointer
    ) {
        switch format.bytesPerSample {
        case 1: store(row, count: count, format, UInt8.self, into: base)
        case 2: store(row, count: count, format, UInt16.self, into: base)
        default: store(row, count: count, format, UInt32.self, into: base)
        }
    }

    @inline(__always)
    private static func store<T: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger>(
        _ row: UnsafePointer<T>, count: Int, _ format: SampleFormat, _: Sample.Type,
        into base: UnsafeMutableRawPointer
    ) {
        let clamp = Clamp<T>(format)
        if format.pixelStride == MemoryLayout<Sample>.size {
            for x in 0..<count {
                base.storeBytes(
                    of: Sample(truncatingIfNeeded: clamp(row[x])).littleEndian,
                    toByteOffset: x &* MemoryLayout<Sample>.size, as: Sample.self)
            }
        } else {
            let stride = format.pixelStride
            for x in 0..<count {
                base.storeBytes(
                    of: Sample(truncatingIfNeeded: clamp(row[x])).littleEndian, toByteOffset: x &* stride,
                    as: Sample.self)
            }
        }
    }

    /// Stores rows of Y0, Y1 and Y2 as red, green and blue samples.
    @inline(__always)
    static func storeJoined<T: FixedWidthInteger & SignedInteger>(
        _ row0: UnsafePointer<T>, _ row1: UnsafePointer<T>, _ row2: UnsafePointer<T>, count: Int,
        _ format: SampleFormat, into base: UnsafeMutableRawPointer
    ) {
        switch format.bytesPerSample {
        case 1: storeJoined(row0, row1, row2, count: count, format, UInt8.self, into: base)
        case 2: storeJoined(row0, row1, row2, count: count, format, UInt16.self, into: base)
        default: storeJoined(row0, row1, row2, count: count, format, UInt32.self, into: base)
        }
    }

    @inline(__always)
    private static func storeJoined<T: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger>(
        _ row0: UnsafePointer<T>, _ row1: UnsafePointer<T>, _ row2: UnsafePointer<T>, count: Int,
        _ format: SampleFormat, _: Sample.Type, into base: UnsafeMutableRawPointer
    ) {
        let size = MemoryLayout<Sample>.size
        if format.pixelStride == 3 &* size, format.componentStride == size {
            storeJoined(row0, row1, row2, count, 3 &* size, size, Clamp(format), Sample.self, base)
        } else {
            storeJoined(
                row0, row1, row2, count, format.pixelStride, format.componentStride, Clamp(format),
                Sample.self, base)
        }
    }

    @inline(__always)
    private static func storeJoined<T: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger>(
        _ row0: UnsafePointer<T>, _ row1: UnsafePointer<T>, _ row2: UnsafePointer<T>, _ count: Int,
        _ pixelStride: Int, _ componentStride: Int, _ clamp: Clamp<T>, _: Sample.Type,
        _ base: UnsafeMutableRawPointer
    ) {
        for x in 0..<count {
            // RCT (T.800 G.2.2).
            let green = row0[x] &- (row1[x] &+ row2[x]) &>> 2
            let red = row2[x] &+ green
            let blue = row1[x] &+ green
            let place = x &* pixelStride
            base.storeBytes(
                of: Sample(truncatingIfNeeded: clamp(red)).littleEndian, toByteOffset: place,
                as: Sample.self)
            base.storeBytes(
                of: Sample(truncatingIfNeeded: clamp(green)).littleEndian,
                toByteOffset: place &+ componentStride,
                as: Sample.self)
            base.storeBytes(
                of: Sample(truncatingIfNeeded: clamp(blue)).littleEndian,
                toByteOffset: place &+ 2 &* componentStride,
                as: Sample.self)
        }
    }

    /// Adds the level shift and keeps within the range of samples.
    private struct Clamp<T: FixedWidthInteger & SignedInteger> {
        let shift: T
        let least: T
        let greatest: T

        @inline(__always)
        init(_ format: SampleFormat) {
            shift = T(truncatingIfNeeded: format.shift)
            least = T(truncatingIfNeeded: format.least)
            greatest = T(truncatingIfNeeded: format.greatest)
        }

        @inline(__always)
        func callAsFunction(_ value: T) -> T {
            Swift.min(Swift.max(value &+ shift, least), greatest)
        }
    }
}
