/// The values of attributes (PS3.18 F.2.3 to F.2.7).
extension JSONWriter {
    /// `Value` or `InlineBinary` of an attribute; nothing when there are no values.
    mutating func values(_ bytes: ArraySlice<UInt8>, _ vr: VR, _ characterSet: CharacterSet) {
        switch vr {
        case .AT: tags(bytes)
        case .FD: numbers(bytes, of: UInt64.self) { $0.float(Double(bitPattern: $1)) }
        case .FL: numbers(bytes, of: UInt32.self) { $0.float(Float(bitPattern: $1)) }
        case .SL: numbers(bytes, of: Int32.self) { $0.number($1) }
        case .SS: numbers(bytes, of: Int16.self) { $0.number($1) }
        case .SV: numbers(bytes, of: Int64.self) { $0.long($1) }
        case .UL: numbers(bytes, of: UInt32.self) { $0.number($1) }
        case .US: numbers(bytes, of: UInt16.self) { $0.number($1) }
        case .UV: numbers(bytes, of: UInt64.self) { $0.long($1) }
        case .OB, .OD, .OF, .OL, .OV, .OW, .SQ, .UN:
            name("InlineBinary")
            base64(bytes)
        default: texts(characterSet.utf8(bytes, vr: vr), vr)
        }
    }

    /// The values of a text attribute, given in UTF-8.
    private mutating func texts(_ text: ArraySlice<UInt8>, _ vr: VR) {
        let text = vr.trimmed(text)
        guard !text.isEmpty else { return }
        array("Value") { writer in
            guard vr.allowsMultipleValues else { return writer.string(utf8: text) }
            for value in text.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false) {
                writer.text(vr.trimmed(value), vr)
            }
        }
    }

    /// One value of a text attribute; `null` for an empty one (PS3.18 F.2.5).
    private mutating func text(_ value: ArraySlice<UInt8>, _ vr: VR) {
        switch vr {
        case _ where value.isEmpty: null()
        case .PN: personName(value)
        case .DS, .IS:
            if let number = DecimalText(value) { json(number.json) } else { string(utf8: value) }
        default: string(utf8: value)
        }
    }

    /// A name as an object of its component groups that are not empty (PS3.5 6.2.1, PS3.18 F.2.2).
    private mutating func personName(_ value: ArraySlice<UInt8>) {
        guard value.contains(where: { $0 != UInt8(ascii: "=") }) else { return null() }
        let groups = value.split(separator: UInt8(ascii: "="), maxSplits: 2, omittingEmptySubsequences: false)
        beginObject()
        for (name, group) in zip(["Alphabetic", "Ideographic", "Phonetic"], groups) where !group.isEmpty {
            self.name(name)
            string(utf8: group)
        }
        endObject()
    }

    private mutating func numbers<Word: FixedWidthInteger>(
        _ bytes: ArraySlice<UInt8>, of type: Word.Type, _ write: (inout JSONWriter, Word) -> Void
    ) {
        let words = LittleEndian.words(bytes, of: type)
        guard !words.isEmpty else { return }
        array("Value") { writer in
            for word in words { write(&writer, word) }
        }
    }

    private mutating func tags(_ bytes: ArraySlice<UInt8>) {
        let words = LittleEndian.words(bytes, of: UInt16.self)
        guard words.count >= 2 else { return }
        array("Value") { writer in
            for index in stride(from: 0, to: words.count & ~1, by: 2) {
                writer.string(Tag(words[index], words[index + 1]).hexadecimal)
            }
        }
    }

    /// A number of 64 bits: a string where a reader that has only doubles would round it (PS3.18 F.2.3, note).
    private mutating func long(_ value: some FixedWidthInteger) {
        if value.magnitude <= 1 << 53 { number(value) } else { string(String(value)) }
    }

    private mutating func float(_ value: Double) {
        if value.isFinite { number(value) } else { string(FloatWord.text(value)) }
    }

    private mutating func float(_ value: Float) {
        if value.isFinite { number(value) } else { string(FloatWord.text(Double(value))) }
    }
}

/// The names of the doubles that are no JSON numbers.
enum FloatWord {
    static func text(_ value: Double) -> String {
        value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    }

    /// The value of a name.
    static func value(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "Infinity", "inf": .infinity
        case "-Infinity", "-inf": -.infinity
        default: nil
        }
    }
}
