/// The pieces of header syntax that media types share: lists split outside quotes, quoted strings (RFC 9110 5.6).
enum QuotedText {
    /// Splits at a separator outside quotes; pieces are trimmed, empty ones dropped.
    /// The separator is ASCII. By bytes, as the syntax is, and as every request passes here.
    static func split(_ text: some StringProtocol, at separator: Unicode.Scalar) -> [String] {
        let bytes = text.utf8
        let separator = UInt8(ascii: separator)
        var pieces: [String] = []
        var start = bytes.startIndex
        var isQuoted = false
        var isEscaped = false
        func endPiece(at end: String.Index) {
            let piece = trim(text[start..<end])
            if !piece.isEmpty { pieces.append(piece) }
        }
        for index in bytes.indices {
            switch bytes[index] {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isQuoted: isEscaped = true
            case UInt8(ascii: "\""): isQuoted.toggle()
            case separator where !isQuoted:
                endPiece(at: index)
                start = bytes.index(after: index)
            default: break
            }
        }
        endPiece(at: bytes.endIndex)
        return pieces
    }

    /// Without the spaces and tabs around it.
    static func trim(_ text: some StringProtocol) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let bytes = text.utf8
        var first: String.Index?
        var end = bytes.startIndex
        for index in bytes.indices where !isSpace(bytes[index]) {
            first = first ?? index
            end = bytes.index(after: index)
        }
        return first.map { String(text[$0..<end]) } ?? ""
    }

    static func unquote(_ text: String) -> String {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
        var plain = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if !isEscaped && character == "\\" {
                isEscaped = true
            } else {
                isEscaped = false
                plain.append(character)
            }
        }
        return plain
    }
}
