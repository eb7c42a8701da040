/// The boxes of a JPH or JP2 file around a codestream (T.800 annex I, T.814 annex D).
enum JPHBoxes {
    /// The codestream in `file`: the content of its first contiguous codestream box; all of `file` when it is no such file.
    static func codestream(of file: [UInt8]) -> ArraySlice<UInt8> {
        let signature: [UInt8] = [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]
        guard file.starts(with: signature) else { return file[...] }
        var place = 0
        while file.count - place >= 8 {
            var length = number(file[place..<place + 4])
            var header = 8
            if length == 1, file.count - place >= 16 {
                length = number(file[place + 8..<place + 16])
                header = 16
            }
            let end = length == 0 ? file.count : place &+ length
            guard end >= place + header, end <= file.count else { break }
            if file[place + 4..<place + 8].elementsEqual([0x6A, 0x70, 0x32, 0x63]) {
                return file[place + header..<end]
            }
            place = end
        }
        return file[...]
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        Int(truncatingIfNeeded: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
