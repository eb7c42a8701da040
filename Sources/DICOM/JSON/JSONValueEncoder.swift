/// The elements of a `Value` array as the bytes of a value field, little endian and of even length.
package enum JSONValueEncoder {
    /// Nil when a value is none of `vr`, or when `vr` has no `Value`.
    package static func bytes(_ values: [JSONValue], _ vr: VR) -> [UInt8]? {
        switch vr {
        case .AT:
            words(values) { value in
                value.string.flatMap { Tag(hexadecimal: $0) }.map { $0.rawValue << 16 | $0.rawValue >> 16 }
            }
        case .FD: words(values) { float($0).map(\.bitPattern) }
        case .FL:
            words(values) { value in
                float(value).flatMap { Float($0).isInfinite && $0.isFinite ? nil : Float($0).bitPattern }
            }
        case .SL: words(values) { integer($0).flatMap(Int32.init(exactly:)) }
        case .SS: words(values) { integer($0).flatMap(Int16.init(exactly:)) }
        case .SV: words(values, integer)
        case .UL: words(values) { integer($0).flatMap(UInt32.init(exactly:)) }
        case .US: words(values) { integer($0).flatMap(UInt16.init(exactly:)) }
        case .UV:
            words(values) { value in text(value).flatMap(UInt64.init) ?? integer(value).flatMap(UInt64.init(exactly:)) }
        case .OB, .OD, .OF, .OL, .OV, .OW, .SQ, .UN: values.isEmpty ? [] : nil
        default: texts(values, vr)
        }
    }

    private static func words<Word: FixedWidthInteger>(
        _ values: [JSONValue], _ word: (JSONValue) -> Word?
    ) -> [UInt8]? {
        var bytes: [UInt8] = []
        for value in values {
            guard let word = word(value) else { return nil }
            withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    private static func texts(_ values: [JSONValue], _ vr: VR) -> [UInt8]? {
        guard vr.allowsMultipleValues || values.count <= 1 else { return nil }
        var bytes: [UInt8] = []
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "\\")) }
            switch value {
            case .null: break
            case .object(let name) where vr == .PN:
                guard let groups = personName(name) else { return nil }
                bytes += groups.utf8
            default:
                guard let text = text(value) else { return nil }
                bytes += text.utf8
            }
        }
        if !bytes.count.isMultiple(of: 2) { bytes.append(vr.padding) }
        return bytes
    }

    /// The component groups of a name with `=` between them, as far as there are any; nil when one is no string.
    private static func personName(_ name: JSONObject) -> String? {
        var groups: [String] = []
        for part in ["Alphabetic", "Ideographic", "Phonetic"] {
            let value = name[part] ?? .null
            guard let group = value == .null ? "" : value.string else { return nil }
            groups.append(group)
        }
        while groups.last == "" { groups.removeLast() }
        return groups.joined(separator: "=")
    }

    /// A string, or a number with its digits.
    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        default: nil
        }
    }

    /// A number, or a string that is one.
    private static func integer(_ value: JSONValue) -> Int? {
        value.integer ?? value.string.flatMap { Int($0) }
    }

    private static func float(_ value: JSONValue) -> Double? {
        switch value {
        case .null: .nan
        case .number(let number): number.double
        case .string(let text): FloatWord.value(text) ?? Double(text)
        default: nil
        }
    }
}
