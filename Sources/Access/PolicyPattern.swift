import DICOM

/// A text of a policy with wildcards (`*` any characters, `?` one) and policy variables.
public struct PolicyPattern: Sendable, Equatable {
    enum Piece: Sendable, Equatable {
        case character(Unicode.Scalar)
        case one
        case any
        /// `${key}` or `${key, 'otherwise'}`: the one value that the request has for a key.
        case variable(key: String, otherwise: String?)
    }

    let pieces: [Piece]

    /// Takes a text apart. Without `hasVariables`, `${` is plain text; without `hasWildcards`, `*` and `?` are. Nil for a
    /// variable that has no end or no name.
    init?(_ text: some StringProtocol, hasVariables: Bool, hasWildcards: Bool = true) {
        var pieces: [Piece] = []
        var rest = text.unicodeScalars[...]
        while let next = rest.first {
            if hasVariables, next == "$", rest.dropFirst().first == "{" {
                guard let end = rest.firstIndex(of: "}") else { return nil }
                guard let piece = Self.variable(String(String.UnicodeScalarView(rest.dropFirst(2).prefix(upTo: end))))
                else {
                    return nil
                }
                pieces.append(piece)
                rest = rest[rest.index(after: end)...]
                continue
            }
            switch next {
            case "*" where hasWildcards: pieces.append(.any)
            case "?" where hasWildcards: pieces.append(.one)
            default: pieces.append(.character(next))
            }
            rest = rest.dropFirst()
        }
        self.pieces = pieces
    }

    init(pieces: [Piece]) {
        self.pieces = pieces
    }

    /// What stands between `${` and `}`; `*`, `?` and `$` stand for themselves.
    private static func variable(_ text: String) -> Piece? {
        if ["*", "?", "$"].contains(text), let scalar = text.unicodeScalars.first { return .character(scalar) }
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let key = parts[0].trimmingSpaces
        guard !key.isEmpty else { return nil }
        guard parts.count == 2 else { return .variable(key: key, otherwise: nil) }
        let otherwise = parts[1].trimmingSpaces
        guard otherwise.count >= 2, otherwise.hasPrefix("'"), otherwise.hasSuffix("'") else { return nil }
        return .variable(key: key, otherwise: String(otherwise.dropFirst().dropLast()))
    }

    /// Whether variables depend on the request.
    var hasVariables: Bool {
        pieces.contains { if case .variable = $0 { true } else { false } }
    }

    /// Whether the whole of `text` is what the pattern says; never where a variable has no value, or several.
    func matches(_ text: some StringProtocol, _ context: AccessContext, ignoringCase: Bool = false) -> Bool {
        guard let resolved = resolved(in: context) else { return false }
        guard ignoringCase else { return resolved.fits(Array(text.unicodeScalars)) }
        let folded = resolved.flatMap { piece -> [Piece] in
            guard case .character(let scalar) = piece else { return [piece] }
            return String(scalar).lowercased().unicodeScalars.map(Piece.character)
        }
        return folded.fits(Array(text.lowercased().unicodeScalars))
    }

    /// The text that a pattern without wildcards stands for; nil where a variable has no value.
    func text(in context: AccessContext) -> String? {
        guard let resolved = resolved(in: context) else { return nil }
        var text = String.UnicodeScalarView()
        for case .character(let scalar) in resolved { text.append(scalar) }
        return String(text)
    }

    /// The pieces with the values of variables, in which nothing is a wildcard.
    private func resolved(in context: AccessContext) -> [Piece]? {
        guard hasVariables else { return pieces }
        var resolved: [Piece] = []
        for piece in pieces {
            guard case .variable(let key, let otherwise) = piece else {
                resolved.append(piece)
                continue
            }
            let values = context[key]
            guard values.count <= 1, let value = values.first ?? otherwise else { return nil }
            resolved += value.unicodeScalars.map(Piece.character)
        }
        return resolved
    }
}

extension PolicyPattern.Piece: WildcardPlace {
    var isRun: Bool { self == .any }

    func takes(_ scalar: Unicode.Scalar) -> Bool { self == .one || self == .character(scalar) }
}

extension StringProtocol {
    /// Without spaces at both ends.
    var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
