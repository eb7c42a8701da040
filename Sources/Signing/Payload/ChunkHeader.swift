/// The line that opens a chunk: `10000;chunk-signature=ad80c730…` and CR, or the size alone where chunks are unsigned.
struct ChunkHeader {
    /// The number of data bytes, 0 in the last chunk.
    let size: Int
    /// The 32 bytes of the signature; empty where chunks are unsigned.
    let signature: [UInt8]

    /// The longest signed header, its CR included: 16 digits of size, `;chunk-signature=`, 64 digits of signature.
    static let maximumLength = 98

    /// Nil when the line, given without its line feed, is anything else.
    init?(_ line: [UInt8], isSigned: Bool) {
        guard line.last == UInt8(ascii: "\r") else { return nil }
        let content = line.dropLast()
        let digits = content.prefix { $0 != UInt8(ascii: ";") }
        guard (1...16).contains(digits.count) else { return nil }
        var size: UInt64 = 0
        for digit in digits {
            guard let value = Hexadecimal.value(of: digit) else { return nil }
            size = size << 4 | UInt64(value)
        }
        guard let size = Int(exactly: size) else { return nil }
        self.size = size

        let extensions = content[digits.endIndex...]
        if isSigned {
            let name = ";chunk-signature="
            guard extensions.starts(with: name.utf8), extensions.count == name.utf8.count + 64,
                let signature = Hexadecimal.decode(
                    extensions.dropFirst(name.utf8.count), acceptsUpperCase: false)
            else { return nil }
            self.signature = signature
        } else {
            signature = []
        }
    }
}
