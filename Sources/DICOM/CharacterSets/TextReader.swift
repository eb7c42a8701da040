/// Takes encoded text apart, one character after the other.
protocol TextReader: Sequence, IteratorProtocol where Element == TextUnit {
    /// The next byte to read.
    var index: Int { get }
}

/// One step in reading encoded text.
enum TextUnit: Equatable {
    /// A character; U+FFFD for bytes that are none.
    case character(Unicode.Scalar)
    /// A byte that parts values or the components of a name, and is never half of a character.
    case delimiter(UInt8)
}

/// The bytes that part a text of some VR, before which code extension starts afresh (PS3.5 6.1.2.5.3).
struct TextDelimiters: Sendable {
    private let partsValues: Bool
    private let partsNames: Bool

    init(_ vr: VR) {
        partsValues = vr.allowsMultipleValues
        partsNames = vr == .PN
    }

    /// Whether `byte`, where it is a character of its own, is a delimiter.
    func contains(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"): partsValues
        case UInt8(ascii: "^"), UInt8(ascii: "="): partsNames
        default: false
        }
    }
}

extension Unicode.Scalar {
    /// The character for bytes that are none.
    static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// The character of a table's place.
    init(tableValue: UInt16) {
        self = tableValue == 0 ? .replacement : Unicode.Scalar(tableValue) ?? .replacement
    }
}
