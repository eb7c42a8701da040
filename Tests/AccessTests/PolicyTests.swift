import Access
import Testing

struct PolicyTests {
    private static let user = "arn:aws:iam::123456789012:user/ann"

    private func decision(
        _ statements: String..., version: String = "2012-10-17", action: String = "s3:GetObject",
        resource: String = "arn:aws:s3:::images/ct/1.dcm", principal: AccessRequest.Principal = .identity(user),
        context: AccessContext = [:]
    ) throws -> AccessDecision {
        let policies = try statements.map { statement in
            try Policy(#"{"Version": "\#(version)", "Statement": [\#(statement)]}"#)
        }
        return AccessDecision(policies, on: AccessRequest(principal, action, on: resource, context))
    }

    private func allow(_ actions: String, _ resources: String, _ more: String = "") -> String {
        #"{"Effect": "Allow", "Action": \#(actions), "Resource": \#(resources)\#(more)}"#
    }

    @Test(arguments: [
        (#""s3:GetObject""#, true), (#""S3:getobject""#, true), (#""s3:Get*""#, true), (#""s3:*Object""#, true),
        (#""*""#, true), (#""s3:GetObjec?""#, true), (#"["s3:List*", "s3:Get*"]"#, true),
        (#""s3:GetObjectAcl""#, false),
        (#""s3:Put*""#, false), (#""ec2:*""#, false), (#""s3:GetObject?""#, false),
    ])
    func actionsAreComparedWithoutRegardToCase(actions: String, isAllowed: Bool) throws {
        #expect(try decision(allow(actions, #""*""#)) == (isAllowed ? .allowed : .unmentioned))
    }

    @Test(arguments: [
        ("*", true), ("arn:aws:s3:::images/*", true), ("arn:aws:s3:::images/ct/1.dcm", true),
        ("arn:aws:s3:::*", true), ("arn:*:s3:*:*:images/c?/*.dcm", true), ("arn:aws:s3:::images", false),
        ("arn:aws:s3:::image/*", false), ("arn:aws:s3:::IMAGES/*", false), ("arn:aws:*::images:*", false),
        ("arn:aws:s3:::images/*.DCM", false),
    ])
    func resourcesArePatternsOfSixParts(resource: String, isAllowed: Bool) throws {
        #expect(try decision(allow(#""s3:*""#, "\"\(resource)\"")) == (isAllowed ? .allowed : .unmentioned))
    }

    @Test func aDenialWinsWhereverItStands() throws {
        let denial = #"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::images/ct/*"}"#
        let everything = allow(#""*""#, #""*""#)
        #expect(try decision(everything, denial) == .denied)
        #expect(try decision(denial, everything) == .denied)
        #expect(try decision(everything, denial, resource: "arn:aws:s3:::images/mr/1.dcm") == .allowed)
        #expect(try decision(denial, resource: "arn:aws:s3:::images/mr/1.dcm") == .unmentioned)
        #expect(
            AccessDecision([Policy](), on: AccessRequest(.identity(Self.user), "s3:GetObject", on: "*")) == .unmentioned
        )
    }

    @Test func oppositesAreAboutEverythingElse() throws {
        let others =
            #"{"Effect": "Allow", "NotAction": ["s3:Put*", "s3:Delete*"], "NotResource": "arn:aws:s3:::secret/*"}"#
        #expect(try decision(others) == .allowed)
        #expect(try decision(others, action: "s3:PutObject") == .unmentioned)
        #expect(try decision(others, resource: "arn:aws:s3:::secret/1") == .unmentioned)
    }

    @Test func variablesAreTheRequestsValuesAndNoPatterns() throws {
        let home = allow(#""s3:*""#, #""arn:aws:s3:::images/${aws:username}/*""#)
        #expect(try decision(home, context: ["aws:UserName": "ct"]) == .allowed)
        #expect(try decision(home, context: ["aws:username": "mr"]) == .unmentioned)
        #expect(try decision(home, context: ["aws:username": "*"]) == .unmentioned)
        #expect(try decision(home) == .unmentioned)
        #expect(try decision(home, version: "2008-10-17", context: ["aws:username": "ct"]) == .unmentioned)
        let otherwise = allow(#""s3:*""#, #""arn:aws:s3:::images/${aws:username, 'ct'}/*""#)
        #expect(try decision(otherwise) == .allowed)
        let literal = allow(#""s3:*""#, #""arn:aws:s3:::images/${*}""#)
        #expect(try decision(literal, resource: "arn:aws:s3:::images/*") == .allowed)
        #expect(try decision(literal) == .unmentioned)
    }

    @Test(arguments: [
        (
            #"{"Service": "medical-imaging.amazonaws.com"}"#,
            AccessRequest.Principal.service("medical-imaging.amazonaws.com"), true
        ),
        (#"{"Service": "s3.amazonaws.com"}"#, .service("medical-imaging.amazonaws.com"), false),
        (
            #"{"Service": ["s3.amazonaws.com", "medical-imaging.amazonaws.com"]}"#,
            .service("medical-imaging.amazonaws.com"), true
        ),
        (#""*""#, .service("medical-imaging.amazonaws.com"), true), (#"{"AWS": "*"}"#, .identity(user), true),
        (#"{"AWS": "123456789012"}"#, .identity(user), true),
        (#"{"AWS": "arn:aws:iam::123456789012:root"}"#, .identity(user), true),
        (#"{"AWS": "arn:aws:iam::210987654321:root"}"#, .identity(user), false),
        (#"{"AWS": "arn:aws:iam::123456789012:user/ann"}"#, .identity(user), true),
        (#"{"AWS": "arn:aws:iam::123456789012:user/bob"}"#, .identity(user), false),
        (#"{"AWS": "arn:aws:iam::123456789012:root"}"#, .service("medical-imaging.amazonaws.com"), false),
        (#"{"Federated": "cognito-identity.amazonaws.com"}"#, .identity(user), false),
    ])
    func trustPoliciesNameWhoMayAssumeARole(principal: String, asking: AccessRequest.Principal, isTrusted: Bool) throws
    {
        let trust = #"{"Effect": "Allow", "Principal": \#(principal), "Action": "sts:AssumeRole"}"#
        #expect(
            try decision(
                trust, action: "sts:AssumeRole", resource: "arn:aws:iam::123456789012:role/r", principal: asking)
                == (isTrusted ? .allowed : .unmentioned))
    }

    @Test(arguments: [
        ("[]", ""), ("{", ""), (#"{"Version": "2012-10-17"}"#, ""), (#"{"Statement": []}"#, "Statement"),
        (#"{"Version": "2020-01-01", "Statement": {}}"#, "Version"), (#"{"Statement": {}, "Statment": {}}"#, ""),
        (#"{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}"#, "Statement[0].Effect"),
        (#"{"Statement": {"Effect": "Allow", "Resource": "*"}}"#, "Statement[0]"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*"}}"#, "Statement[0]"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}}"#, "Statement[0]"),
        (#"{"Statement": {"Effect": "Allow", "Action": [], "Resource": "*"}}"#, "Statement[0].Action"),
        (#"{"Statement": {"Effect": "Allow", "Action": [1], "Resource": "*"}}"#, "Statement[0].Action"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "images/*"}}"#, "Statement[0].Resource"),
        (
            #"{"Statement": {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3"}}"#,
            "Statement[0].NotResource"
        ),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "Principal": {"AWS": "ann"}}}"#, "Statement[0].Principal"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Conditions": {}}}"#, "Statement[0]"),
        (
            #"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${a"}}"#,
            "Statement[0].Resource"
        ),
        (
            #"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Equals": {"a": "b"}}}}"#,
            "Statement[0].Condition.Equals"
        ),
        (
            #"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a": []}}}}"#,
            "Statement[0].Condition.Bool.a"
        ),
    ])
    func whatIsNotUnderstoodIsRefusedWithItsPlace(text: String, place: String) {
        #expect { try Policy(text) } throws: { error in (error as? PolicyError)?.place == place }
    }

    @Test func aPolicyIsOfLimitedLength() {
        let sid = String(repeating: "x", count: Policy.maximumByteCount)
        #expect(throws: PolicyError.self) {
            try Policy(#"{"Id": "\#(sid)", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#)
        }
    }

    @Test func aPatternOfManyWildcardsTakesNoLongTime() throws {
        let pattern = String(repeating: "*a", count: 2_000) + "b"
        let resource = "arn:aws:s3:::" + String(repeating: "a", count: 2_000)
        #expect(try decision(allow(#""*""#, "\"arn:aws:s3:::\(pattern)\""), resource: resource) == .unmentioned)
    }
}
