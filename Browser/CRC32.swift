/// CRC-32 with the polynomial of zlib, eight bytes at a time.
struct CRC32 {
    static let shared = CRC32()

    /// By place of a byte among eight, then by its value.
    private let tables: [UInt32]

    private init() {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 != 0 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
            tables[byte] = remainder
        }
        for index in 256..<8 * 256 {
            let before = tables[index - 256]
            tables[index] = before >> 8 ^ tables[Int(before & 255)]
        }
        self.tables = tables
    }

    /// The checksum after more bytes.
    func update(_ start: UInt32, _ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var checksum = ~start
            var index = 0
            let raw = UnsafeRawBufferPointer(bytes)
            while index &+ 8 <= raw.count {
                let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ UInt64(checksum)
                checksum = 0
                for place in 0..<8 {
                    let byte = Int(truncatingIfNeeded: word &>> UInt64(8 &* place) & 255)
                    checksum ^= tables[(7 &- place) &* 256 &+ byte]
                }
                index &+= 8
            }
            while index < raw.count {
                checksum = checksum &>> 8 ^ tables[Int((checksum ^ UInt32(raw[index])) & 255)]
                index &+= 1
            }
            return ~checksum
        }
    }
}
