extension JSONValue {
    /// How much of a text is read.
    public struct Limits: Sendable {
        /// Arrays and objects within each other; at most 1,000.
        public var maximumDepth: Int
        /// Bytes of text.
        public var maximumBytes: Int

        /// The limits as given. 256 levels hold a data set with sequences nested 64 deep, at three levels each.
        public init(maximumDepth: Int = 256, maximumBytes: Int = 64 << 20) {
            self.maximumDepth = min(maximumDepth, 1000)
            self.maximumBytes = maximumBytes
        }
    }

    /// The value that `text` is, whole: strict by RFC 8259, and with I-JSON (RFC 7493) in that names are unique, text is
    /// valid UTF-8 and surrogates come in pairs. A byte order mark is passed over.
    public init(_ text: some Sequence<UInt8>, limits: Limits = Limits()) throws(JSONError) {
        // Arrays are taken over, not copied.
        var reader = JSONReader(Array(text), maximumDepth: limits.maximumDepth)
        guard reader.bytes.count <= limits.maximumBytes else { throw JSONError(.tooLarge, offset: limits.maximumBytes) }
        self = try reader.document()
    }
}

/// Reads one JSON text from its first byte to its last.
struct JSONReader {
    let bytes: [UInt8]
    private var index = 0
    private var depth = 0
    private let maximumDepth: Int

    init(_ bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// The value, with nothing but white space around it.
    mutating func document() throws(JSONError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        let value = try value()
        skipWhitespace()
        guard index == bytes.count else { throw JSONError(.syntax, offset: index) }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipWhitespace()
        guard let first = peek() else { throw unexpected() }
        switch first {
        case UInt8(ascii: "{"): return .object(JSONObject(members: try members()))
        case UInt8(ascii: "["): return .array(try elements())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected()
        }
    }

    private mutating func members() throws(JSONError) -> [JSONObject.Member] {
        try descend()
        defer { depth -= 1 }
        var members: [JSONObject.Member] = []
        var names = NameSet()
        if take(UInt8(ascii: "}")) { return members }
        repeat {
            skipWhitespace()
            let start = index
            guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
            let name = try string()
            guard names.insert(name, after: members) else { throw JSONError(.duplicateName, offset: start) }
            guard take(UInt8(ascii: ":")) else { throw unexpected() }
            members.append(JSONObject.Member(name, try value()))
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw unexpected() }
        return members
    }

    private mutating func elements() throws(JSONError) -> [JSONValue] {
        try descend()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return elements }
        repeat {
            elements.append(try value())
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw unexpected() }
        return elements
    }

    /// Passes an opening bracket.
    private mutating func descend() throws(JSONError) {
        guard depth < maximumDepth else { throw JSONError(.tooDeep, offset: index) }
        depth += 1
        index += 1
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for letter in word.withUTF8Buffer(Array.init) {
            guard peek() == letter else { throw unexpected() }
            index += 1
        }
        return value
    }
}

extension JSONReader {
    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private mutating func number() throws(JSONError) -> JSONNumber {
        let start = index
        _ = accept(UInt8(ascii: "-"))
        if !accept(UInt8(ascii: "0")) { try digits() }
        if accept(UInt8(ascii: ".")) { try digits() }
        if accept(UInt8(ascii: "e")) || accept(UInt8(ascii: "E")) {
            _ = accept(UInt8(ascii: "+")) || accept(UInt8(ascii: "-"))
            try digits()
        }
        return JSONNumber(text: String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func digits() throws(JSONError) {
        let start = index
        while let byte = peek(), 0x30...0x39 ~= byte { index += 1 }
        guard index > start else { throw unexpected() }
    }

    /// A string; its opening quotation mark is next.
    private mutating func string() throws(JSONError) -> String {
        index += 1
        let start = index
        passPlainText()
        guard peek() != UInt8(ascii: "\"") else {
            index += 1
            return try text(bytes[start..<index - 1], at: start)
        }
        var unescaped = Array(bytes[start..<index])
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return try text(unescaped[...], at: start)
            case UInt8(ascii: "\\"): try unescape(into: &unescaped)
            case 0..<0x20: throw unexpected()
            default:
                let run = index
                passPlainText()
                unescaped.append(contentsOf: bytes[run..<index])
            }
        }
        throw unexpected()
    }

    private mutating func passPlainText() {
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            index += 1
        }
    }

    private func text(_ utf8: ArraySlice<UInt8>, at offset: Int) throws(JSONError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else { throw JSONError(.invalidUTF8, offset: offset) }
        return text
    }

    private mutating func unescape(into text: inout [UInt8]) throws(JSONError) {
        let start = index
        index += 1
        guard let letter = peek() else { throw unexpected() }
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            index += 1
            let character = try escapedCharacter(from: start)
            text.append(contentsOf: String(character).utf8)
            return
        default: throw unexpected()
        }
        index += 1
    }

    /// The character of the four digits that are next, or of eight in two escapes when the first is half of a pair.
    private mutating func escapedCharacter(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try fourDigits()
        if let character = Unicode.Scalar(first) { return character }
        guard first < 0xDC00, accept(UInt8(ascii: "\\")), accept(UInt8(ascii: "u")) else {
            throw JSONError(.invalidSurrogate, offset: start)
        }
        let second = try fourDigits()
        guard 0xDC00...0xDFFF ~= second,
            let character = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw JSONError(.invalidSurrogate, offset: start) }
        return character
    }

    private mutating func fourDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek().flatMap(ASCII.hexadecimalValue) else { throw unexpected() }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}

extension JSONReader {
    private func peek() -> UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    /// Passes `byte` if it is next.
    private mutating func accept(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        index += 1
        return true
    }

    /// Passes white space, then `byte` if it is next.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipWhitespace()
        return accept(byte)
    }

    private mutating func skipWhitespace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func unexpected() -> JSONError {
        JSONError(index < bytes.count ? .syntax : .truncated, offset: index)
    }

    /// The names of an object's members: compared one by one while they are few.
    private struct NameSet {
        private var names: Set<String> = []

        /// False when `name` is among those of `members` already.
        mutating func insert(_ name: String, after members: [JSONObject.Member]) -> Bool {
            guard members.count >= 8 else { return !members.contains { $0.name == name } }
            if names.isEmpty { names = Set(members.map(\.name)) }
            return names.insert(name).inserted
        }
    }
}
