/// The boxes of a JPH or JP2 file around a codestream (T.800 annex I, T.814 annex D).
enum JPHBoxes {
    private static let signature: [UInt8] = [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]

    /// Where the codestream lies in `file`: the content of its first contiguous codestream box; all of `file` when it is no such
    /// file.
    static func codestreamRange(in file: UnsafeRawBufferPointer) -> Range<Int> {
        guard file.starts(with: signature) else { return 0..<file.count }
        var place = 0
        while file.count - place >= 8 {
            var length = number(file, place, 4)
            var header = 8
            if length == 1, file.count - place >= 16 {
                length = number(file, place + 8, 8)
                header = 16
            }
            let end = length == 0 ? file.count : place &+ length
            guard end >= place + header, end <= file.count else { break }
            if number(file, place + 4, 4) == 0x6A70_3263 { return place + header..<end }  // "jp2c"
            place = end
        }
        return 0..<file.count
    }

    /// A big-endian number; one over `Int.max` comes out negative, which no length is.
    private static func number(_ file: UnsafeRawBufferPointer, _ place: Int, _ size: Int) -> Int {
        Int(truncatingIfNeeded: file[place..<place + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
