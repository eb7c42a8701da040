/// Percent-encoding as Signature Version 4 defines `UriEncode`: everything but the unreserved characters of
/// RFC 3986 2.3, in upper-case hexadecimal.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Appends one byte encoded.
    static func append(_ byte: UInt8, to text: inout [UInt8]) {
        if isUnreserved(byte) {
            text.append(byte)
        } else {
            text.append(UInt8(ascii: "%"))
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
    }

    /// A text encoded, slashes too.
    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            append(byte, to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text decoded; a `%` that no two digits follow stands for itself, and bytes that are not UTF-8 become U+FFFD.
    static func decode(_ text: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        forEachDecoded(text) { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Gives the decoded bytes one by one. `plusIsSpace` is the reading of HTML forms.
    static func forEachDecoded(_ text: some Collection<UInt8>, plusIsSpace: Bool = false, _ body: (UInt8) -> Void) {
        var index = text.startIndex
        while index != text.endIndex {
            let byte = text[index]
            index = text.index(after: index)
            if byte == UInt8(ascii: "%"), index != text.endIndex, let high = Hexadecimal.value(of: text[index]) {
                let second = text.index(after: index)
                if second != text.endIndex, let low = Hexadecimal.value(of: text[second]) {
                    body(high << 4 | low)
                    index = text.index(after: second)
                    continue
                }
            }
            body(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        }
    }

    /// Neither space nor control character. Only such bytes may enter a canonical request unencoded, whose lines a line
    /// feed ends.
    static func isVisible(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != 0x7F
    }

    /// Letters, digits and `-._~` (RFC 3986 2.3).
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
