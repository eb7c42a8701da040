/// Numbers as they stand in the values of a data set.
enum LittleEndian {
    /// The whole words of `bytes`; an incomplete last word is left out.
    static func words<Word: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, of type: Word.Type) -> [Word] {
        let size = Word.bitWidth / 8
        let count = bytes.count / size
        return bytes.withUnsafeBytes { buffer in
            (0..<count).map { Word(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * size, as: Word.self)) }
        }
    }

    /// Reverses the bytes of every whole word of `size` bytes, in place.
    static func swapWords(_ bytes: inout [UInt8], size: Int) {
        guard size > 1 else { return }
        var start = 0
        while bytes.count - start >= size {
            bytes[start..<start + size].reverse()
            start += size
        }
    }
}
