import Catalog
import GRDB

/// What a column's value must be, as SQL; person names come folded, as their columns are.
enum ValueTest {
    case anyOf([String])
    case anyNumberOf([Int])
    case range(lower: String?, upper: String?)
    case wildcard(WildcardPattern)

    /// The test of a match on one value; nil when no value can pass.
    init?(_ match: Match) {
        let isPersonName = match.key.isPersonName
        switch match.condition {
        case .anyOf(let values) where match.key.isNumber:
            // The greatest number stands for none in the order columns.
            let numbers = values.compactMap { Int($0) }.filter { $0 != .max }
            guard !numbers.isEmpty else { return nil }
            self = .anyNumberOf(numbers)
        case .anyOf(let values):
            let wanted = values.filter { !$0.isEmpty }
            guard !wanted.isEmpty else { return nil }
            self = .anyOf(isPersonName ? wanted.map(PersonNameText.folded) : wanted)
        case .range(let lower, let upper):
            let fold = isPersonName ? PersonNameText.folded : { $0 }
            self = .range(lower: lower.map(fold), upper: upper.map(fold))
        case .wildcard(let pattern):
            let pattern = WildcardPattern(isPersonName ? PersonNameText.folded(pattern) : pattern)
            guard !pattern.scalars.isEmpty, pattern.glob.utf8.count <= Self.globBytesMax else { return nil }
            self = .wildcard(pattern)
        case .anyWordPrefix:
            return nil
        }
    }

    /// The numbers that are looked for, when the key is one of numbers.
    var numbers: [Int]? {
        guard case .anyNumberOf(let numbers) = self else { return nil }
        return numbers
    }

    /// Whether the value of `column` passes.
    func holds(for column: SQL) -> SQL {
        switch self {
        case .anyOf(let values): "\(column) IN \(values)"
        case .anyNumberOf(let numbers): "\(column) IN \(numbers)"
        case .range(let lower, let upper): Self.between(lower, upper, of: column)
        case .wildcard(let pattern): "\(column) GLOB \(pattern.glob)"
        }
    }

    /// A condition that an index of `column` serves and that holds wherever the test does; nil when there is none.
    func bounds(for column: SQL) -> SQL? {
        guard case .wildcard(let pattern) = self else { return holds(for: column) }
        let prefix = pattern.literalPrefix
        return prefix.isEmpty ? nil : Self.prefix(prefix, of: column)
    }

    /// A full-text query for the trigrams that a value must have; nil when the pattern asks for no three characters in
    /// a row.
    func trigrams(column: Substring) -> String? {
        guard case .wildcard(let pattern) = self else { return nil }
        let trigrams = pattern.literals.flatMap { literal -> [String] in
            let scalars = Array(literal.unicodeScalars)
            return scalars.indices.dropLast(2).map { String(String.UnicodeScalarView(scalars[$0..<$0 + 3])) }
        }
        guard !trigrams.isEmpty, !trigrams.contains(where: { $0.contains("\0") }) else { return nil }
        let terms = trigrams.prefix(Self.trigramsMax).map { "\"\($0.replacing("\"", with: "\"\""))\"" }
        return "\(column) : (\(terms.joined(separator: " AND ")))"
    }

    /// SQLite refuses longer patterns; such a one matches nothing.
    private static let globBytesMax = 50_000

    /// More would not find fewer.
    private static let trigramsMax = 12

    private static func between(_ lower: String?, _ upper: String?, of column: SQL) -> SQL {
        var conditions: [SQL] = []
        if let lower { conditions.append("\(column) >= \(lower)") }
        if let upper { conditions.append("\(column) <= \(upper)") }
        return conditions.isEmpty ? "\(column) IS NOT NULL" : "(\(conditions.joined(separator: " AND ")))"
    }

    /// Whether a text begins with `prefix`, as a range of the binary order.
    static func prefix(_ prefix: String, of column: SQL) -> SQL {
        // The least text after all that begin so: the last scalar that has a next one, raised by one.
        var scalars = Array(prefix.unicodeScalars)
        while let last = scalars.popLast() {
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            guard let raised = Unicode.Scalar(next) else { continue }
            let end = String(String.UnicodeScalarView(scalars + [raised]))
            return "(\(column) >= \(prefix) AND \(column) < \(end))"
        }
        return "\(column) >= \(prefix)"
    }
}

extension WildcardPattern {
    /// The pattern in SQLite's GLOB, where brackets mean something too.
    fileprivate var glob: String {
        scalars.map { $0 == "[" ? "[[]" : String($0) }.joined()
    }
}
