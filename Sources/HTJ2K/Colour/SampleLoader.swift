/// Loads interleaved samples into planes of coefficients, level-shifted to be centred on zero (T.800 G.1).
struct SampleLoader<Coefficient: FixedWidthInteger & SignedInteger> {
    private let image: ImageDescription
    private let stride: Int

    init(_ image: ImageDescription, stride: Int) {
        self.image = image
        self.stride = stride
    }

    /// Loads one component; false when a sample exceeds the bit depth. Columns beyond the width become zero.
    func load(_ base: UnsafeRawPointer, component: Int, into plane: UnsafeMutablePointer<Coefficient>) -> Bool {
        switch (image.bytesPerSample, image.isSigned) {
        case (1, false): load(base, component, UInt8.self, plane)
        case (1, true): load(base, component, Int8.self, plane)
        case (2, false): load(base, component, UInt16.self, plane)
        case (2, true): load(base, component, Int16.self, plane)
        case (_, false): load(base, component, UInt32.self, plane)
        case (_, true): load(base, component, Int32.self, plane)
        }
    }

    @inline(__always)
    private func load<Sample: FixedWidthInteger>(
        _ base: UnsafeRawPointer, _ component: Int, _: Sample.Type, _ plane: UnsafeMutablePointer<Coefficient>
    ) -> Bool {
        let bytes = MemoryLayout<Sample>.size
        let pixel = image.components &* bytes
        let shift: Coefficient = image.isSigned ? 0 : 1 << Coefficient(image.bitDepth &- 1)
        var excess: Coefficient = 0
        for y in 0..<image.height {
            let source = base + (y &* image.width &* pixel &+ component &* bytes)
            let row = plane + y &* stride
            if image.components == 1 {
                for x in 0..<image.width {
                    let sample = Sample(littleEndian: source.loadUnaligned(fromByteOffset: x &* bytes, as: Sample.self))
                    let value = Coefficient(truncatingIfNeeded: sample)
                    excess |= value ^ (value &>> (Coefficient(truncatingIfNeeded: Coefficient.bitWidth &- 1)))
                    row[x] = value &- shift
                }
            } else {
                for x in 0..<image.width {
                    let sample = Sample(littleEndian: source.loadUnaligned(fromByteOffset: x &* pixel, as: Sample.self))
                    let value = Coefficient(truncatingIfNeeded: sample)
                    excess |= value ^ (value &>> (Coefficient(truncatingIfNeeded: Coefficient.bitWidth &- 1)))
                    row[x] = value &- shift
                }
            }
            for x in image.width..<stride { row[x] = 0 }
        }
        // Bits that differ from the sign, one fewer of which a signed sample may use.
        let bits = image.bitDepth &- (image.isSigned ? 1 : 0)
        return excess >> Coefficient(bits) == 0
    }
}
