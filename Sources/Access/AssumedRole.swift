/// A role that somebody acts in: its policies decide what may be done.
public struct AssumedRole: Sendable {
    /// The role's ARN.
    public let name: String
    private let policies: [Policy]
    private let context: AccessContext

    /// Lets `principal` act in a role; nil when the role's trust policy does not allow it.
    ///
    /// `context` is what is known of whoever asks; the role's own policies do not see it. `now` is the time in seconds since
    /// 1970.
    public init?(
        _ name: String, trustedBy trustPolicy: Policy, policies: [Policy], for principal: AccessRequest.Principal,
        _ context: AccessContext = [:], now: Int
    ) {
        let times: AccessContext = ["aws:CurrentTime": String(now), "aws:EpochTime": String(now)]
        let request = AccessRequest(principal, "sts:AssumeRole", on: name, context.merging(times))
        guard AccessDecision([trustPolicy], on: request) == .allowed else { return nil }
        self.name = name
        self.policies = policies
        var own = times
        own["aws:PrincipalArn"] = [name]
        own["aws:PrincipalAccount"] = [name.accountOfName]
        own["aws:PrincipalType"] = ["AssumedRole"]
        self.context = own
    }

    /// The account that the role belongs to.
    public var accountID: String {
        name.accountOfName
    }

    /// Whether the role's policies allow an action on a resource.
    public func may(_ action: String, on resource: String, _ context: AccessContext = [:]) -> Bool {
        let request = AccessRequest(.identity(name), action, on: resource, self.context.merging(context))
        return AccessDecision(policies, on: request) == .allowed
    }
}
