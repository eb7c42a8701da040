/// A role that somebody acts in: its policies decide what may be done.
public struct AssumedRole: Sendable {
    /// The role's ARN.
    public let name: String
    private let policies: [Policy]
    private let context: AccessContext

    /// Lets `principal` act in a role; nil when the role's trust policy does not allow it. `context` is what is known of
    /// whoever asks, and `now` (seconds since 1970) the value of `aws:CurrentTime` and `aws:EpochTime`.
    public init?(
        _ name: String, trustedBy trustPolicy: Policy, policies: [Policy], for principal: AccessRequest.Principal,
        _ context: AccessContext = [:], now: Int
    ) {
        var context = context
        context["aws:CurrentTime"] = [String(now)]
        context["aws:EpochTime"] = [String(now)]
        let request = AccessRequest(principal, "sts:AssumeRole", on: name, context)
        guard AccessDecision([trustPolicy], on: request) == .allowed else { return nil }
        self.name = name
        self.policies = policies
        context["aws:PrincipalArn"] = [name]
        self.context = context
    }

    /// Whether the role's policies allow an action on a resource.
    public func may(_ action: String, on resource: String, _ context: AccessContext = [:]) -> Bool {
        AccessDecision(
            policies, on: AccessRequest(.identity(name), action, on: resource, self.context.merging(context)))
            == .allowed
    }
}
