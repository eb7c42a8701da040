extension JSONWriter {
    /// A string.
    public mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { appendEscaped(UnsafeRawBufferPointer($0)) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string given in UTF-8; what is not valid becomes U+FFFD.
    public mutating func string(utf8 text: ArraySlice<UInt8>) {
        guard JSONWriter.isASCII(text) else { return string(String(decoding: text, as: UTF8.self)) }
        separate()
        bytes.append(UInt8(ascii: "\""))
        text.withUnsafeBytes { appendEscaped($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string of the bytes in base64 (RFC 4648 section 4).
    public mutating func base64(_ data: ArraySlice<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        Base64.encode(data, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isASCII(_ text: ArraySlice<UInt8>) -> Bool {
        text.reduce(0, |) < 0x80
    }

    /// Appends valid UTF-8, its control characters, quotation marks and backslashes escaped (RFC 8259 section 7).
    private mutating func appendEscaped(_ text: UnsafeRawBufferPointer) {
        var start = 0
        while start < text.count {
            let end = JSONWriter.firstToEscape(text, from: start)
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<end]))
            guard end < text.count else { return }
            appendEscape(text[end])
            start = end + 1
        }
    }

    /// The index of the first byte from `start` that cannot stand for itself; `count` when there is none.
    private static func firstToEscape(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        // Eight bytes at once: the top bit of each is set where the byte is below 20, 22 or 5C. A borrow can only set
        // bits above the lowest one that is right.
        let ones: UInt64 = 0x0101_0101_0101_0101
        while text.count - index >= 8 {
            let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let below = (word &- ones &* 0x20) & ~word
            let equal = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            let found = (below | equal) & (ones &* 0x80)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < text.count, text[index] >= 0x20, text[index] != 0x22, text[index] != 0x5C { index += 1 }
        return index
    }

    private mutating func appendEscape(_ byte: UInt8) {
        switch byte {
        case 0x08: literal(#"\b"#)
        case 0x09: literal(#"\t"#)
        case 0x0A: literal(#"\n"#)
        case 0x0C: literal(#"\f"#)
        case 0x0D: literal(#"\r"#)
        case 0x22: literal(#"\""#)
        case 0x5C: literal(#"\\"#)
        default:
            literal(#"\u00"#)
            bytes.append(ASCII.hexadecimalDigit(byte >> 4))
            bytes.append(ASCII.hexadecimalDigit(byte & 0xF))
        }
    }
}
