public import ImageSets

/// A role that others may act in; its policies are texts, as they were given.
public struct RoleRecord: Sendable, Equatable {
    /// Its name, one of a kind in the account.
    public var name: String
    /// What stands before the name in its ARN: `/`, or more between slashes.
    public var path: String
    /// Who may act in it.
    public var trustPolicy: String
    /// What it may do: its inline policies by name.
    public var policies: [String: String]
    /// When it was made.
    public var createdAt: Timestamp

    /// Gathers the parts.
    public init(
        name: String, path: String = "/", trustPolicy: String, policies: [String: String] = [:], createdAt: Timestamp
    ) {
        self.name = name
        self.path = path
        self.trustPolicy = trustPolicy
        self.policies = policies
        self.createdAt = createdAt
    }
}
