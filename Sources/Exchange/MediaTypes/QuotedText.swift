/// The pieces of header syntax that media types share: lists split outside quotes, quoted strings (RFC 9110 5.6).
enum QuotedText {
    /// Splits at a separator outside quotes; pieces are trimmed, empty ones dropped.
    static func split(_ text: some StringProtocol, at separator: Character) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if isEscaped {
                isEscaped = false
                piece.append(character)
            } else if isQuoted && character == "\\" {
                isEscaped = true
                piece.append(character)
            } else if character == "\"" {
                isQuoted.toggle()
                piece.append(character)
            } else if character == separator && !isQuoted {
                pieces.append(trim(piece))
                piece = ""
            } else {
                piece.append(character)
            }
        }
        pieces.append(trim(piece))
        return pieces.filter { !$0.isEmpty }
    }

    static func trim(_ text: some StringProtocol) -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let start = text.drop(while: isSpace)
        return String(start.reversed().drop(while: isSpace).reversed())
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
