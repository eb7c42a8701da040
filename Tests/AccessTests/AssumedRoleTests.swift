import Access
import Testing

struct AssumedRoleTests {
    private static let name = "arn:aws:iam::123456789012:role/r"

    private func assumed(_ trust: String, _ policy: String, now: Int = 0) throws -> AssumedRole? {
        AssumedRole(
            Self.name,
            trustedBy: try Policy(
                #"{"Statement": {"Effect": "Allow", "Principal": {"Service": "s"}, "Action": "sts:AssumeRole"\#(trust)}}"#
            ),
            policies: [
                try Policy(
                    #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"\#(policy)}}"#
                )
            ], for: .service("s"), ["aws:SourceAccount": "1"], now: now)
    }

    @Test(arguments: [
        (#", "Condition": {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/r"}}"#, true),
        (#", "Condition": {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}"#, true),
        (#", "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}"#, false),
        (#", "Condition": {"DateLessThan": {"aws:CurrentTime": "1970-01-01T00:01:00Z"}}"#, true),
        (#", "Condition": {"NumericGreaterThan": {"aws:EpochTime": 60}}"#, false),
        (#", "Condition": {"StringEquals": {"own": "value"}}"#, true),
    ])
    func itsPoliciesSeeTheRoleAndTheRequest(condition: String, isAllowed: Bool) throws {
        let role = try #require(try assumed("", condition, now: 59))
        #expect(role.accountID == "123456789012")
        #expect(role.may("a:B", on: "arn:aws:a:::b", ["own": "value"]) == isAllowed)
    }

    @Test func itsTrustPolicySeesWhoAsks() throws {
        #expect(try assumed(#", "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}"#, "") != nil)
        #expect(try assumed(#", "Condition": {"StringEquals": {"aws:SourceAccount": "2"}}"#, "") == nil)
        #expect(try assumed(#", "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01"}}"#, "") == nil)
    }
}
