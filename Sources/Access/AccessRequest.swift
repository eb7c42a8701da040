/// Something that somebody wants to do, as policies see it.
public struct AccessRequest: Sendable {
    /// Who asks.
    public enum Principal: Sendable, Equatable {
        /// A service that acts for the account: `medical-imaging.amazonaws.com`.
        case service(String)
        /// A user, a role or the account's root, by ARN.
        case identity(String)
    }

    /// Who asks.
    public var principal: Principal
    /// `service:Operation`.
    public var action: String
    /// The ARN of what it is done to.
    public var resource: String
    /// What conditions and variables refer to.
    public var context: AccessContext

    /// Gathers the parts.
    public init(_ principal: Principal, _ action: String, on resource: String, _ context: AccessContext = [:]) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}

/// The values of condition keys, whose names are compared without regard to case; a key without a value is absent.
public struct AccessContext: Sendable, ExpressibleByDictionaryLiteral {
    private var values: [String: [String]] = [:]

    /// A context of these keys, each with one value.
    public init(dictionaryLiteral pairs: (String, String)...) {
        for (key, value) in pairs { self[key] = [value] }
    }

    /// The values of a key; empty when it is absent.
    public subscript(key: String) -> [String] {
        get { values[key.lowercased()] ?? [] }
        set { values[key.lowercased()] = newValue.isEmpty ? nil : newValue }
    }

    /// This context with the keys of another, whose values win.
    public func merging(_ other: AccessContext) -> AccessContext {
        var merged = self
        merged.values.merge(other.values) { $1 }
        return merged
    }
}

/// What policies say to a request.
public enum AccessDecision: Sendable, Equatable {
    /// A statement allows it and none denies it.
    case allowed
    /// A statement denies it, whatever others say.
    case denied
    /// No statement is about it: it is not allowed.
    case unmentioned

    /// What policies that hold together say.
    public init(_ policies: some Sequence<Policy>, on request: AccessRequest) {
        self = .unmentioned
        for statement in policies.lazy.flatMap(\.statements) where statement.matches(request) {
            switch statement.effect {
            case .allow: self = .allowed
            case .deny:
                self = .denied
                return
            }
        }
    }
}
