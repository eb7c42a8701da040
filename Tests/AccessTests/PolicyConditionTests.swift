import Access
import Testing

struct PolicyConditionTests {
    /// Whether a statement with this condition is about a request with these values of the key `k`.
    private func holds(_ test: String, _ values: String, _ found: [String]) throws -> Bool {
        let policy = try Policy(
            #"""
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
             "Condition": {"\#(test)": {"K": \#(values)}}}}
            """#)
        var context: AccessContext = ["other": "value"]
        context["k"] = found
        return AccessDecision([policy], on: AccessRequest(.service("s"), "a:B", on: "arn:aws:a:::b", context))
            == .allowed
    }

    @Test(arguments: [
        ("StringEquals", #""a""#, "a", true), ("StringEquals", #""a""#, "A", false),
        ("StringEquals", #"["a", "b"]"#, "b", true), ("StringEquals", #""a*""#, "ab", false),
        ("StringEquals", #""${other}""#, "value", true), ("StringEquals", #""${none}""#, "value", false),
        ("StringNotEquals", #"["a", "b"]"#, "b", false), ("StringNotEquals", #"["a", "b"]"#, "c", true),
        ("StringEqualsIgnoreCase", #""Ab""#, "aB", true), ("StringNotEqualsIgnoreCase", #""Ab""#, "aB", false),
        ("StringLike", #""a*c""#, "abc", true), ("StringLike", #""a?c""#, "abbc", false),
        ("StringNotLike", #""a*c""#, "abc", false), ("StringNotLike", #""a*c""#, "abd", true),
        ("NumericEquals", "1.0", "1", true), ("NumericNotEquals", "1", "2", true),
        ("NumericLessThan", "2", "1.5", true),
        ("NumericLessThan", "2", "2", false), ("NumericLessThanEquals", #""2""#, "2", true),
        ("NumericGreaterThan", "2", "10", true), ("NumericGreaterThanEquals", "2", "1", false),
        ("NumericEquals", "1", "one", false), ("NumericNotEquals", "1", "one", true),
        ("DateLessThan", #""2026-11-27T10:00:00Z""#, "2026-11-27T10:59:59+01:00", true),
        ("DateLessThan", #""2026-11-27T10:00:00Z""#, "2026-11-27T10:00:00Z", false),
        ("DateGreaterThanEquals", #""2026-11-27""#, "1795737600", true),
        ("DateGreaterThan", #""2026-11-27""#, "1795737600.5", true),
        ("DateEquals", "1795737600", "2026-11-27T00:00Z", true), ("DateEquals", #""2024-02-29""#, "2024-03-01", false),
        ("DateNotEquals", #""1970-01-01""#, "0", false), ("DateLessThanEquals", #""2000-03-01""#, "2000-02-29", true),
        ("Bool", "true", "True", true), ("Bool", #""false""#, "true", false),
        ("BinaryEquals", #""AQID""#, "AQID", true), ("BinaryEquals", #""AQID""#, "AQIE", false),
        ("IpAddress", #""10.0.0.0/8""#, "10.200.3.4", true), ("IpAddress", #""10.0.0.0/8""#, "11.0.0.1", false),
        ("IpAddress", #"["192.0.2.1", "10.0.0.0/7"]"#, "11.0.0.1", true),
        ("IpAddress", #""0.0.0.0/0""#, "8.8.8.8", true),
        ("IpAddress", #""10.0.0.0/8""#, "::ffff:10.1.1.1", true),
        ("IpAddress", #""2001:db8::/33""#, "2001:db8:7fff::1", true),
        ("IpAddress", #""2001:db8::/33""#, "2001:db8:8000::1", false),
        ("NotIpAddress", #""10.0.0.0/8""#, "10.1.1.1", false),
        ("NotIpAddress", #""10.0.0.0/8""#, "192.0.2.1", true),
        (
            "ArnLike", #""arn:aws:medical-imaging:*:1:datastore/*""#, "arn:aws:medical-imaging:us-east-1:1:datastore/d",
            true
        ),
        (
            "ArnEquals", #""arn:aws:medical-imaging:*:1:datastore/*""#,
            "arn:aws:medical-imaging:us-east-1:1:datastore/d", true
        ),
        ("ArnLike", #""arn:aws:*:1:datastore/d:*""#, "arn:aws:medical-imaging:us-east-1:1:datastore/d", false),
        ("ArnNotLike", #""arn:aws:s3:::*""#, "arn:aws:s3:::b", false),
        ("ArnNotEquals", #""arn:aws:s3:::b""#, "arn:aws:s3:::c", true),
        ("Null", "false", "a", true), ("Null", "true", "a", false),
    ])
    func operatorsCompareAsTheirNamesSay(test: String, values: String, found: String, expected: Bool) throws {
        #expect(try holds(test, values, [found]) == expected)
    }

    @Test(arguments: [
        ("StringEquals", #""a""#, false), ("StringEqualsIfExists", #""a""#, true), ("StringNotEquals", #""a""#, true),
        ("ArnNotLike", #""arn:aws:s3:::*""#, true), ("NumericLessThan", "1", false),
        ("NumericLessThanIfExists", "1", true),
        ("Null", "true", true), ("Null", "false", false), ("ForAllValues:StringEquals", #""a""#, true),
        ("ForAnyValue:StringEquals", #""a""#, false), ("ForAnyValue:StringNotEquals", #""a""#, false),
        ("ForAnyValue:StringEqualsIfExists", #""a""#, true),
    ])
    func aKeyThatIsNotThere(test: String, values: String, expected: Bool) throws {
        #expect(try holds(test, values, []) == expected)
    }

    @Test(arguments: [
        ("ForAllValues:StringEquals", #"["a", "b"]"#, ["a", "b"], true),
        ("ForAllValues:StringEquals", #"["a", "b"]"#, ["a", "c"], false),
        ("ForAnyValue:StringEquals", #"["a", "b"]"#, ["c", "b"], true),
        ("ForAnyValue:StringEquals", #"["a", "b"]"#, ["c", "d"], false),
        ("ForAllValues:StringNotEquals", #""a""#, ["b", "c"], true),
        ("ForAllValues:StringNotEquals", #""a""#, ["a", "c"], false),
        ("ForAnyValue:StringNotEquals", #""a""#, ["a", "c"], true),
        ("ForAnyValue:StringLike", #""x*""#, ["a", "xy"], true),
        ("StringNotEquals", #""a""#, ["a", "c"], false), ("StringEquals", #""a""#, ["a", "c"], true),
    ])
    func keysOfSeveralValues(test: String, values: String, found: [String], expected: Bool) throws {
        #expect(try holds(test, values, found) == expected)
    }

    @Test func allConditionsHaveToHold() throws {
        let policy = try Policy(
            #"""
            {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
             "StringEquals": {"a": "1", "b": "2"}, "Bool": {"c": "true"}}}}
            """#)
        func decision(_ context: AccessContext) -> AccessDecision {
            AccessDecision([policy], on: AccessRequest(.service("s"), "a:B", on: "*", context))
        }
        #expect(decision(["a": "1", "b": "2", "c": "true"]) == .allowed)
        #expect(decision(["a": "1", "b": "3", "c": "true"]) == .unmentioned)
        #expect(decision(["a": "1", "b": "2"]) == .unmentioned)
    }

    @Test(arguments: [
        ("StringEqual", #""a""#), ("NullIfExists", "true"), ("NumericLessThan", #""many""#),
        ("DateLessThan", #""2026-13-01""#),
        ("DateLessThan", #""2025-02-29""#), ("DateLessThan", #""2026-11-27T10:00:00""#),
        ("DateLessThan", #""2026-11-27T24:00Z""#),
        ("Bool", #""yes""#), ("IpAddress", #""10.0.0.0/33""#), ("IpAddress", #""10.0.0""#),
        ("IpAddress", #""10.0.0.0/+8""#),
        ("ArnLike", #""images""#), ("StringEquals", #""${""#), ("ForSomeValues:StringEquals", #""a""#),
    ])
    func whatCannotBeComparedIsRefused(test: String, values: String) {
        #expect(throws: PolicyError.self) { try holds(test, values, []) }
    }
}
