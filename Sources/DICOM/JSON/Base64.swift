/// Bytes as text of 64 letters (RFC 4648 section 4), padded, without line breaks.
public enum Base64 {
    /// Appends the text of `data` to `text`.
    public static func encode(_ data: ArraySlice<UInt8>, into text: inout [UInt8]) {
        text.reserveCapacity(text.count + (data.count + 2) / 3 * 4)
        var index = data.startIndex
        while data.endIndex - index >= 3 {
            append(data[index], data[index + 1], data[index + 2], to: &text)
            index += 3
        }
        let rest = data.endIndex - index
        guard rest > 0 else { return }
        append(data[index], rest == 2 ? data[index + 1] : 0, 0, to: &text)
        for place in 1...(3 - rest) { text[text.count - place] = UInt8(ascii: "=") }
    }

    /// The bytes of `text`; nil when it is not base64. Line breaks are passed over, nothing else is.
    public static func decode(_ text: String) -> [UInt8]? {
        let values = values
        var data: [UInt8] = []
        data.reserveCapacity(text.utf8.count / 4 * 3)
        var group: UInt32 = 0
        var letters = 0
        var padding = 0
        for byte in text.utf8 where byte != 0x0A && byte != 0x0D {
            if byte == UInt8(ascii: "=") {
                padding += 1
                guard letters >= 2, letters + padding <= 4 else { return nil }
                continue
            }
            let value = values[Int(byte)]
            guard value < 64, padding == 0 else { return nil }
            group = group << 6 | UInt32(value)
            letters += 1
            if letters == 4 {
                data.append(UInt8(truncatingIfNeeded: group >> 16))
                data.append(UInt8(truncatingIfNeeded: group >> 8))
                data.append(UInt8(truncatingIfNeeded: group))
                (group, letters) = (0, 0)
            }
        }
        guard letters > 0 else { return padding == 0 ? data : nil }
        guard letters + padding == 4 else { return nil }
        // Two letters hold one byte and four bits, three letters two bytes and two bits; those bits must be zero.
        group <<= UInt32(6 * padding)
        guard group & (padding == 1 ? 0xFF : 0xFFFF) == 0 else { return nil }
        data.append(UInt8(truncatingIfNeeded: group >> 16))
        if padding == 1 { data.append(UInt8(truncatingIfNeeded: group >> 8)) }
        return data
    }

    private static func append(_ first: UInt8, _ second: UInt8, _ third: UInt8, to text: inout [UInt8]) {
        text.append(letters[Int(first >> 2)])
        text.append(letters[Int(first & 0x03) << 4 | Int(second >> 4)])
        text.append(letters[Int(second & 0x0F) << 2 | Int(third >> 6)])
        text.append(letters[Int(third & 0x3F)])
    }

    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of each letter; 64 for other bytes.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()
}
