/// An access key as AWS hands it out: the name that goes over the wire, and the secret that never does.
public struct Credential: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The public name of the key, such as `AKIAIOSFODNN7EXAMPLE`.
    public var accessKeyID: String
    /// The shared secret that signatures are derived from.
    public var secretAccessKey: String
    /// What STS issued beside a temporary key; sent with every request.
    public var sessionToken: String?

    /// A long-lived key, or with a session token a temporary one.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    /// The access key id alone: a credential that is printed by mistake gives nothing away.
    public var description: String { "Credential(\(accessKeyID))" }

    /// As `description`.
    public var debugDescription: String { description }

    /// As `description`, for `dump` and for failing expectations.
    public var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
