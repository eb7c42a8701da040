/// How a condition compares a value of the request with one of the policy.
enum ConditionTest: Sendable, Equatable {
    /// Two things that have an order.
    enum Order: Sendable {
        case equal, less, lessOrEqual, greater, greaterOrEqual

        func holds<Value: Comparable>(_ value: Value, _ limit: Value) -> Bool {
            switch self {
            case .equal: value == limit
            case .less: value < limit
            case .lessOrEqual: value <= limit
            case .greater: value > limit
            case .greaterOrEqual: value >= limit
            }
        }
    }

    case string(ignoringCase: Bool)
    case stringLike
    case number(Order)
    case date(Order)
    case boolean
    case binary
    case address
    case name
    case null

    /// The operators by name; the negated ones hold where the test does not.
    static let named: [String: (test: ConditionTest, isNegated: Bool)] = {
        var named: [String: (ConditionTest, Bool)] = [
            "StringEquals": (.string(ignoringCase: false), false),
            "StringNotEquals": (.string(ignoringCase: false), true),
            "StringEqualsIgnoreCase": (.string(ignoringCase: true), false),
            "StringNotEqualsIgnoreCase": (.string(ignoringCase: true), true),
            "StringLike": (.stringLike, false), "StringNotLike": (.stringLike, true),
            "Bool": (.boolean, false), "BinaryEquals": (.binary, false), "Null": (.null, false),
            "IpAddress": (.address, false), "NotIpAddress": (.address, true),
            "ArnEquals": (.name, false), "ArnLike": (.name, false),
            "ArnNotEquals": (.name, true), "ArnNotLike": (.name, true),
        ]
        for (kind, make) in [("Numeric", ConditionTest.number), ("Date", ConditionTest.date)] {
            named[kind + "Equals"] = (make(.equal), false)
            named[kind + "NotEquals"] = (make(.equal), true)
            named[kind + "LessThan"] = (make(.less), false)
            named[kind + "LessThanEquals"] = (make(.lessOrEqual), false)
            named[kind + "GreaterThan"] = (make(.greater), false)
            named[kind + "GreaterThanEquals"] = (make(.greaterOrEqual), false)
        }
        return named
    }()

    /// Whether `*` and `?` in the policy's values are wildcards.
    var hasWildcards: Bool {
        switch self {
        case .stringLike, .name: true
        default: false
        }
    }

    /// Whether a value of a policy can be compared at all.
    func takes(_ pattern: PolicyPattern) -> Bool {
        let text = pattern.text(in: [:]) ?? ""
        switch self {
        case .string, .stringLike, .binary: return true
        case .number: return Double(text) != nil
        case .date: return PolicyDate(text) != nil
        case .boolean, .null: return ["true", "false"].contains(text.lowercased())
        case .address: return AddressRange(text) != nil
        case .name: return ARNPattern(pattern) != nil
        }
    }

    /// Whether a value of the request is what the policy says. What cannot be compared is not.
    func finds(_ value: String, as pattern: PolicyPattern, _ context: AccessContext) -> Bool {
        func compare<Value>(_ read: (String) -> Value?, _ holds: (Value, Value) -> Bool) -> Bool {
            guard let value = read(value), let limit = pattern.text(in: context).flatMap(read) else { return false }
            return holds(value, limit)
        }
        return switch self {
        case .string(let ignoringCase): pattern.matches(value, context, ignoringCase: ignoringCase)
        case .stringLike, .binary: pattern.matches(value, context)
        case .boolean: pattern.matches(value, context, ignoringCase: true)
        case .number(let order): compare({ Double($0) }, order.holds)
        case .date(let order): compare({ PolicyDate($0) }, order.holds)
        case .address: pattern.text(in: context).flatMap { AddressRange($0) }?.contains(value) ?? false
        case .name: ARNPattern(pattern)?.matches(value, context) ?? false
        case .null: false
        }
    }
}
