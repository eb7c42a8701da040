/// The lengths of the fragments of pixel data that is kept whole, so that an export parts them as they came.
///
/// Stands before the bytes in one blob: the number of fragments, then their lengths, all UInt32 little endian.
struct FragmentTable: Equatable {
    var lengths: [Int]

    init(lengths: [Int]) {
        self.lengths = lengths
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for number in [lengths.count] + lengths {
            withUnsafeBytes(of: UInt32(clamping: number).littleEndian) { bytes += $0 }
        }
        return bytes
    }

    var byteCount: Int {
        4 + 4 * lengths.count
    }

    /// How many bytes a table that begins with these takes; nil while there are fewer than 4.
    static func byteCount(of prefix: some Collection<UInt8>) -> Int? {
        guard prefix.count >= 4 else { return nil }
        return 4 + 4 * Int(prefix.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }

    /// Reads a table; nil when the bytes are not all there.
    init?(_ bytes: [UInt8]) {
        guard let count = Self.byteCount(of: bytes), bytes.count >= count else { return nil }
        lengths = stride(from: 4, to: count, by: 4).map { place in
            Int(bytes[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        }
    }
}
