/// The repertoires and encodings of a data set's text: what Specific Character Set (0008,0005) says (PS3.3 C.12.1.1.2).
///
/// Reading never fails and always gives valid text: bytes that are no character become U+FFFD.
public struct CharacterSet: Sendable, Equatable {
    /// The default repertoire, ISO 646 (ISO-IR 6). Bytes over 7F, which it has not, are read as UTF-8 when all are
    /// valid, else as Latin-1.
    public static let ascii = CharacterSet(definedTerms: [])
    /// Unicode in UTF-8: `ISO_IR 192`.
    public static let utf8 = CharacterSet(definedTerms: ["ISO_IR 192"])

    /// The terms as given.
    public let definedTerms: [String]
    /// Whether a term is none that PS3.3 defines, nor a near miss of one. The others count; without any, text is read as
    /// in ``ascii``.
    public let isUnknown: Bool

    /// How the bytes are read.
    enum Encoding: Sendable, Equatable {
        case utf8
        case gb18030
        /// ISO 2022: the sets at the start of each value, and the one for the right half where there is none.
        case codeExtension(CodeExtensionReader.Designation, fallback: CodedCharacterSet)
    }

    let encoding: Encoding

    /// The character set of the values of (0008,0005), an empty string for an empty value.
    ///
    /// Terms are read leniently: `ISO-IR 100`, `iso_ir_100` and `ISO_IR  100` are `ISO_IR 100`.
    public init(definedTerms: [String]) {
        let terms = definedTerms.map(DefinedTerm.init)
        self.definedTerms = definedTerms
        isUnknown = terms.contains(.unknown)
        encoding =
            switch terms.first {
            case .utf8: .utf8
            case .gb18030: .gb18030
            default: Self.codeExtension(terms)
            }
    }

    /// PS3.5 6.1.2.5.1: the first term gives the sets at the start.
    private static func codeExtension(_ terms: [DefinedTerm]) -> Encoding {
        let rightSets = terms.map(\.rightSet)
        let right = rightSets.first ?? nil
        return .codeExtension(
            .init(left: right == .katakana ? .romaji : .ascii, right: right),
            fallback: rightSets.lazy.compactMap { $0 }.first
                ?? (terms.contains(where: \.isJapanese) ? .katakana : .latin1))
    }
}
