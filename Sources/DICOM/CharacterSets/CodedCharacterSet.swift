/// A set of characters with codes that ISO 2022 can designate, under its number in the ISO registry (ISO-IR).
///
/// The sets of PS3.3 tables C.12-2 to C.12-4.
enum CodedCharacterSet: UInt8, Sendable, CaseIterable {
    case ascii = 6
    case katakana = 13
    case romaji = 14
    case hanzi = 58
    case kanji = 87
    case latin1 = 100
    case latin2 = 101
    case latin3 = 109
    case latin4 = 110
    case greek = 126
    case arabic = 127
    case hebrew = 138
    case cyrillic = 144
    case latin5 = 148
    case hangul = 149
    case supplementaryKanji = 159
    case thai = 166
    case latin9 = 203

    /// How the codes are made (ISO 2022).
    enum Form: Sendable {
        /// One byte of 94: 21 to 7E, or A1 to FE in the right half.
        case single94
        /// One byte of 96: A0 to FF, always in the right half.
        case single96
        /// Two bytes of 94 each.
        case double94
    }

    /// How the codes are made.
    var form: Form {
        switch self {
        case .ascii, .katakana, .romaji: .single94
        case .hanzi, .hangul, .kanji, .supplementaryKanji: .double94
        default: .single96
        }
    }

    /// The final byte of the escape sequences that designate the set.
    private var finalByte: UInt8 {
        switch self {
        case .ascii: UInt8(ascii: "B")
        case .katakana: UInt8(ascii: "I")
        case .romaji: UInt8(ascii: "J")
        case .hanzi: UInt8(ascii: "A")
        case .hangul: UInt8(ascii: "C")
        case .kanji: UInt8(ascii: "B")
        case .supplementaryKanji: UInt8(ascii: "D")
        case .latin1: UInt8(ascii: "A")
        case .latin2: UInt8(ascii: "B")
        case .latin3: UInt8(ascii: "C")
        case .latin4: UInt8(ascii: "D")
        case .greek: UInt8(ascii: "F")
        case .arabic: UInt8(ascii: "G")
        case .hebrew: UInt8(ascii: "H")
        case .cyrillic: UInt8(ascii: "L")
        case .latin5: UInt8(ascii: "M")
        case .thai: UInt8(ascii: "T")
        case .latin9: UInt8(ascii: "b")
        }
    }

    /// The set of `form` that a final byte designates; nil for one that DICOM does not use.
    init?(form: Form, finalByte: UInt8) {
        // JIS C 6226-1978, which old Japanese devices still designate, is read as its successor.
        let byte = form == .double94 && finalByte == UInt8(ascii: "@") ? UInt8(ascii: "B") : finalByte
        guard let set = Self.allCases.first(where: { $0.form == form && $0.finalByte == byte }) else { return nil }
        self = set
    }
}
