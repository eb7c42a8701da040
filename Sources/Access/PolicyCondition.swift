/// One key of a statement's `Condition` with its operator and values.
///
/// Several values are alternatives. A key that the request does not have makes a condition false, that of a negated
/// operator (`StringNotEquals`) true, and `…IfExists` true always. `ForAllValues:` holds of a key without values,
/// `ForAnyValue:` does not.
public struct PolicyCondition: Sendable, Equatable {
    /// How many of the request's values have to do.
    enum Quantifier: Sendable, Equatable {
        case single
        case forAllValues
        case forAnyValue
    }

    let key: String
    let quantifier: Quantifier
    let test: ConditionTest
    /// Whether a value does when the test does not find it among the policy's.
    let isNegated: Bool
    let holdsWhenAbsent: Bool
    let values: [PolicyPattern]

    /// Nil for an operator that is not known, or values that it does not take.
    init?(named name: String, key: String, values: [String], hasVariables: Bool) {
        var rest = Substring(name)
        quantifier =
            if rest.removePrefix("ForAllValues:") {
                .forAllValues
            } else if rest.removePrefix("ForAnyValue:") {
                .forAnyValue
            } else {
                .single
            }
        let ifExists = rest.removeSuffix("IfExists")
        guard let found = ConditionTest.named[String(rest)], !(ifExists && found.test == .null) else { return nil }
        (test, isNegated) = found
        holdsWhenAbsent = ifExists || (isNegated && quantifier == .single)
        self.key = key
        var patterns: [PolicyPattern] = []
        for value in values {
            guard let pattern = PolicyPattern(value, hasVariables: hasVariables, hasWildcards: test.hasWildcards),
                // What depends on the request can be judged only then.
                pattern.hasVariables || test.takes(pattern)
            else { return nil }
            patterns.append(pattern)
        }
        self.values = patterns
    }

    /// Whether the condition holds of a request.
    func holds(in context: AccessContext) -> Bool {
        let found = context[key]
        if test == .null {
            return values.contains { $0.text(in: context)?.lowercased() == (found.isEmpty ? "true" : "false") }
        }
        guard !found.isEmpty else { return holdsWhenAbsent || quantifier == .forAllValues }
        func does(_ value: String) -> Bool {
            values.contains { test.finds(value, as: $0, context) } != isNegated
        }
        switch quantifier {
        case .forAllValues: return found.allSatisfy(does)
        case .forAnyValue: return found.contains(where: does)
        // Of several values, none may be what a negated operator forbids.
        case .single: return isNegated ? found.allSatisfy(does) : found.contains(where: does)
        }
    }
}

extension Substring {
    fileprivate mutating func removePrefix(_ prefix: String) -> Bool {
        guard hasPrefix(prefix) else { return false }
        self = dropFirst(prefix.count)
        return true
    }

    fileprivate mutating func removeSuffix(_ suffix: String) -> Bool {
        guard hasSuffix(suffix) else { return false }
        self = dropLast(suffix.count)
        return true
    }
}
