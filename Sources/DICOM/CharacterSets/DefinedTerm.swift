/// A value of Specific Character Set (0008,0005) (PS3.3 tables C.12-2 to C.12-5).
enum DefinedTerm: Equatable {
    /// `ISO_IR 100`, `ISO 2022 IR 100`: a set under its number in the ISO registry.
    case registered(CodedCharacterSet)
    case utf8
    /// `GB18030`, and `GBK`, which is a part of it.
    case gb18030
    case unknown

    /// The meaning of `term`: case and the kind and number of separators do not count, nor whether code extension is
    /// declared. An empty term is the default repertoire.
    init(_ term: String) {
        let name = String(decoding: term.utf8.compactMap(Self.significant), as: UTF8.self)
        switch name {
        case "": self = .registered(.ascii)
        case "GB18030", "GBK", "ISO2022GBK", "ISO2022GB18030": self = .gb18030
        case "UTF8": self = .utf8
        case "GB2312", "ISO202258": self = .registered(.hanzi)
        default: self = Self.registered(name)
        }
    }

    private static func registered(_ name: String) -> DefinedTerm {
        guard let prefix = ["ISO2022IR", "ISOIR", "IR"].first(where: name.hasPrefix),
            let number = UInt8(name.dropFirst(prefix.utf8.count))
        else { return .unknown }
        return number == 192 ? .utf8 : CodedCharacterSet(rawValue: number).map(DefinedTerm.registered) ?? .unknown
    }

    /// Letters in upper case and digits; nil for separators.
    private static func significant(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39, 0x41...0x5A: byte
        case 0x61...0x7A: byte & 0xDF
        case 0x00...0x7F: nil
        default: UInt8(ascii: "?")
        }
    }

    /// The set it brings for the right half of the code at the start of a value.
    var rightSet: CodedCharacterSet? {
        guard case .registered(let set) = self else { return nil }
        switch set {
        case .ascii, .kanji, .supplementaryKanji: return nil
        case .romaji: return .katakana
        default: return set
        }
    }

    /// Whether it is a set of Japanese that stands in the left half.
    var isJapanese: Bool {
        self == .registered(.kanji) || self == .registered(.supplementaryKanji)
    }
}
