/// Values as Swift types. Nothing here fails: what cannot be read is absent.
extension DataSet {
    /// The repertoire of this data set's text, from Specific Character Set (0008,0005); the default one when absent.
    public var characterSet: CharacterSet {
        characterSet(inheriting: .ascii)
    }

    /// The repertoire of this item's text: its own, else the one of the data set around it (PS3.5 7.5.3).
    public func characterSet(inheriting outer: CharacterSet) -> CharacterSet {
        guard let bytes = self[.specificCharacterSet]?.value.bytes else { return outer }
        let terms = DataSet.text(bytes, .CS, .ascii)
        return terms.isEmpty ? outer : CharacterSet(definedTerms: terms)
    }

    /// The values of a text attribute, decoded, split at backslashes, without padding; empty when absent or empty.
    ///
    /// An empty value among others is an empty string.
    public func strings(_ tag: Tag) -> [String] {
        guard let element = self[tag], element.vr.isText, let bytes = element.value.bytes else { return [] }
        // Most text reads the same in every repertoire: bytes but for ESC, and tilde, which is an overline in ISO-IR 14.
        let isPlain = !element.vr.usesCharacterSet || bytes.allSatisfy { $0 < 0x7E && $0 != 0x1B }
        return DataSet.text(bytes, element.vr, isPlain ? .ascii : characterSet)
    }

    /// The values of a text attribute whose text is written in `characterSet`: for items, which inherit theirs.
    public func strings(_ tag: Tag, in characterSet: CharacterSet) -> [String] {
        guard let element = self[tag], element.vr.isText, let bytes = element.value.bytes else { return [] }
        return DataSet.text(bytes, element.vr, element.vr.usesCharacterSet ? characterSet : .ascii)
    }

    /// The first value of a text attribute; nil when absent or empty.
    public func string(_ tag: Tag) -> String? {
        strings(tag).first.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The first value of a text attribute written in `characterSet`; nil when absent or empty.
    public func string(_ tag: Tag, in characterSet: CharacterSet) -> String? {
        strings(tag, in: characterSet).first.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The first value of an attribute of whole numbers: US SS UL SL UV SV IS; nil when absent or no number.
    public func integer(_ tag: Tag) -> Int? {
        integers(tag).first
    }

    /// The values of an attribute of whole numbers: US SS UL SL UV SV IS; empty when one of them is none.
    ///
    /// An IS with a fraction of zeros ("5.0") is taken as whole; a UV over `Int.max` is none.
    public func integers(_ tag: Tag) -> [Int] {
        guard let element = self[tag], let bytes = element.value.bytes else { return [] }
        let values: [Int?] =
            switch element.vr {
            case .US: LittleEndian.words(bytes, of: UInt16.self).map { Int($0) }
            case .SS: LittleEndian.words(bytes, of: Int16.self).map { Int($0) }
            case .UL: LittleEndian.words(bytes, of: UInt32.self).map { Int($0) }
            case .SL: LittleEndian.words(bytes, of: Int32.self).map { Int($0) }
            case .UV: LittleEndian.words(bytes, of: UInt64.self).map { Int(exactly: $0) }
            case .SV: LittleEndian.words(bytes, of: Int64.self).map { Int(exactly: $0) }
            case .IS, .DS: DataSet.text(bytes, element.vr, .ascii).map(DataSet.whole)
            default: []
            }
        let present = values.compactMap { $0 }
        return present.count == values.count ? present : []
    }

    /// The first value of an attribute of numbers; nil when absent or no number.
    public func decimal(_ tag: Tag) -> Double? {
        decimals(tag).first
    }

    /// The values of an attribute of numbers: DS FL FD, and those of ``integers(_:)``; empty when one of them is none.
    public func decimals(_ tag: Tag) -> [Double] {
        guard let element = self[tag], let bytes = element.value.bytes else { return [] }
        switch element.vr {
        case .FL: return LittleEndian.words(bytes, of: UInt32.self).map { Double(Float(bitPattern: $0)) }
        case .FD: return LittleEndian.words(bytes, of: UInt64.self).map { Double(bitPattern: $0) }
        case .DS, .IS:
            let texts = DataSet.text(bytes, element.vr, .ascii)
            let values = texts.compactMap(Double.init).filter(\.isFinite)
            return values.count == texts.count ? values : []
        default: return integers(tag).map(Double.init)
        }
    }

    /// The tags of an AT attribute; empty when absent.
    public func tags(_ tag: Tag) -> [Tag] {
        guard let element = self[tag], element.vr == .AT, let bytes = element.value.bytes else { return [] }
        let words = LittleEndian.words(bytes, of: UInt16.self)
        return stride(from: 0, to: words.count & ~1, by: 2).map { Tag(words[$0], words[$0 + 1]) }
    }

    /// The items of a sequence; empty when absent.
    public func items(_ tag: Tag) -> [DataSet] {
        self[tag]?.value.items ?? []
    }

    /// The values of a text of type `vr`: none when there is nothing but padding.
    private static func text(_ bytes: ArraySlice<UInt8>, _ vr: VR, _ characterSet: CharacterSet) -> [String] {
        let content = bytes[
            bytes.startIndex..<(bytes.lastIndex { $0 != 0x20 && $0 != 0 }.map { $0 + 1 } ?? bytes.startIndex)]
        guard !content.isEmpty else { return [] }
        let text = characterSet.decode(content, vr: vr)
        guard vr.allowsMultipleValues else { return [text] }
        // Split after decoding: in some repertoires the backslash's code is also the second half of a character. And by
        // code, not by Character: a combining mark after it does not make it another.
        let values = text.utf8.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false)
        return values.map { trimmed($0, vr) }
    }

    /// PS3.5 6.2: trailing spaces count nowhere, leading ones not in these VRs; files also pad with NUL.
    private static func trimmed(_ value: Substring.UTF8View, _ vr: VR) -> String {
        func isPadding(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0 }
        guard let last = value.lastIndex(where: { !isPadding($0) }) else { return "" }
        var first = value.startIndex
        switch vr {
        case .AE, .CS, .DS, .IS, .LO, .SH: first = value.firstIndex { !isPadding($0) } ?? first
        default: break
        }
        return String(Substring(value[first...last]))
    }

    private static func whole(_ text: String) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count == 1 || parts[1].utf8.allSatisfy({ $0 == 0x30 }) else { return nil }
        return Int(whole)
    }
}
