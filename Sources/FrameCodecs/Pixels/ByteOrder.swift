/// Turns the bytes of words around.
enum ByteOrder {
    /// Reverses every whole word of `size` bytes (2, 4 or 8); a part of a word at the end stays.
    static func reverseWords(of size: Int, in bytes: inout [UInt8]) {
        switch size {
        case 2: reverse(UInt16.self, in: &bytes)
        case 4: reverse(UInt32.self, in: &bytes)
        case 8: reverse(UInt64.self, in: &bytes)
        default: break
        }
    }

    private static func reverse<Word: FixedWidthInteger>(_ word: Word.Type, in bytes: inout [UInt8]) {
        let size = MemoryLayout<Word>.size
        bytes.withUnsafeMutableBytes { buffer in
            var place = 0
            while place &+ size <= buffer.count {
                let word = buffer.loadUnaligned(fromByteOffset: place, as: Word.self)
                buffer.storeBytes(of: word.byteSwapped, toByteOffset: place, as: Word.self)
                place &+= size
            }
        }
    }
}
