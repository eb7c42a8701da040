/// Moves whole numbers between little-endian cells of 1, 2 and 4 bytes.
enum CellWidth {
    /// The numbers in smaller cells; what does not fit is cut off.
    static func narrow(_ cells: [UInt8], from width: Int, to smaller: Int) -> [UInt8] {
        guard smaller < width else { return cells }
        return resize(cells, from: width, to: smaller, isSigned: false)
    }

    /// The numbers in larger cells, extended by their sign or by zeros.
    static func widen(_ cells: [UInt8], from width: Int, to larger: Int, isSigned: Bool) -> [UInt8] {
        guard larger > width else { return cells }
        return resize(cells, from: width, to: larger, isSigned: isSigned)
    }

    /// Cells of a byte each as bits: eight a byte, the first in the lowest bit (PS3.5 8.1.1).
    static func packedBits(_ cells: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (cells.count + 7) / 8)
        for (index, cell) in cells.enumerated() where cell & 1 == 1 {
            bytes[index >> 3] |= 1 << UInt8(index & 7)
        }
        return bytes
    }

    private static func resize(_ cells: [UInt8], from source: Int, to target: Int, isSigned: Bool) -> [UInt8] {
        switch (source, target, isSigned) {
        case (1, 2, false): convert(cells, UInt8.self, UInt16.self)
        case (1, 2, true): convert(cells, Int8.self, Int16.self)
        case (1, 4, false): convert(cells, UInt8.self, UInt32.self)
        case (1, 4, true): convert(cells, Int8.self, Int32.self)
        case (2, 4, false): convert(cells, UInt16.self, UInt32.self)
        case (2, 4, true): convert(cells, Int16.self, Int32.self)
        case (2, 1, _): convert(cells, UInt16.self, UInt8.self)
        case (4, 1, _): convert(cells, UInt32.self, UInt8.self)
        case (4, 2, _): convert(cells, UInt32.self, UInt16.self)
        default: cells
        }
    }

    private static func convert<Source: FixedWidthInteger, Target: FixedWidthInteger>(
        _ cells: [UInt8], _ source: Source.Type, _ target: Target.Type
    ) -> [UInt8] {
        let (sourceSize, targetSize) = (MemoryLayout<Source>.size, MemoryLayout<Target>.size)
        let count = cells.count / sourceSize
        return [UInt8](unsafeUninitializedCapacity: count * targetSize) { output, length in
            let output = UnsafeMutableRawBufferPointer(output)
            cells.withUnsafeBytes { input in
                for index in 0..<count {
                    let cell = Source(
                        littleEndian: input.loadUnaligned(fromByteOffset: index &* sourceSize, as: Source.self))
                    output.storeBytes(
                        of: Target(truncatingIfNeeded: cell).littleEndian, toByteOffset: index &* targetSize,
                        as: Target.self)
                }
            }
            length = count * targetSize
        }
    }
}
