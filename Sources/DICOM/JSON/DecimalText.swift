/// A DS or IS (PS3.5 6.2) as a JSON number with the same digits.
///
/// What the grammar of DS has and that of JSON has not is rewritten: `+5` as `5`, `007` as `7`, `.5` as `0.5`, `5.` as `5`.
struct DecimalText {
    /// The number in JSON.
    private(set) var json: [UInt8] = []

    /// Nil when `text` is no number, or one beyond the doubles, as which clients read it.
    init?(_ text: ArraySlice<UInt8>) {
        guard text.count <= 64 else { return nil }
        var rest = text
        if rest.first == UInt8(ascii: "-") { json.append(UInt8(ascii: "-")) }
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let whole = Self.takeDigits(&rest)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = Self.takeDigits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let significant = whole.drop { $0 == UInt8(ascii: "0") }
        json += significant.isEmpty ? [UInt8(ascii: "0")] : significant
        if !fraction.isEmpty { json += [UInt8(ascii: ".")] + fraction }
        guard !rest.isEmpty else { return }
        guard takeExponent(rest), Double(String(decoding: json, as: UTF8.self))?.isFinite == true else { return nil }
    }

    private mutating func takeExponent(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.first.map({ $0 | 0x20 }) == UInt8(ascii: "e") else { return false }
        var digits = text.dropFirst()
        json.append(UInt8(ascii: "e"))
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            json.append(sign)
            digits.removeFirst()
        }
        json += digits
        return !digits.isEmpty && Self.takeDigits(&digits).count > 0 && digits.isEmpty
    }

    private static func takeDigits(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let end = text.firstIndex { !(0x30...0x39 ~= $0) } ?? text.endIndex
        defer { text = text[end...] }
        return text[..<end]
    }
}
