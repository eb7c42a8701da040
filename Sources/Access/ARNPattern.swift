/// A pattern of Amazon Resource Names: `*`, or six parts between colons, each of which is a pattern of its own.
///
/// A wildcard does not reach over the first five colons; the last part, the resource, may hold more of them.
public struct ARNPattern: Sendable, Equatable {
    /// Nil stands for `*`.
    private let parts: [PolicyPattern]?

    /// Reads a pattern; nil when it is neither `*` nor has six parts, the first of them `arn`.
    init?(_ text: String, hasVariables: Bool) {
        guard let whole = PolicyPattern(text, hasVariables: hasVariables) else { return nil }
        self.init(whole)
    }

    /// Takes a pattern apart; nil when it is neither `*` nor has six parts, the first of them `arn`.
    init?(_ whole: PolicyPattern) {
        guard whole.pieces != [.any] else {
            parts = nil
            return
        }
        // Split by piece: the name of a variable has a colon, too.
        var parts: [[PolicyPattern.Piece]] = [[]]
        for piece in whole.pieces {
            if piece == .character(":"), parts.count < 6 {
                parts.append([])
            } else {
                parts[parts.count - 1].append(piece)
            }
        }
        guard parts.count == 6, parts[0] == "arn".unicodeScalars.map(PolicyPattern.Piece.character) else { return nil }
        self.parts = parts.map(PolicyPattern.init(pieces:))
    }

    /// Whether `name` is one of the names.
    func matches(_ name: String, _ context: AccessContext) -> Bool {
        guard let parts else { return true }
        let names = name.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return names.count == 6 && zip(parts, names).allSatisfy { $0.matches($1, context) }
    }
}
