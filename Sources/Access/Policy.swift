import DICOM

/// A policy in IAM's JSON policy language, parsed and checked: what principals may do, or who may assume a role.
///
/// Version 2012-10-17 has policy variables (`${aws:PrincipalTag/team}`); in 2008-10-17, which is also what a policy without
/// `Version` has, they are plain text.
public struct Policy: Sendable, Equatable {
    /// The statements, in order.
    public let statements: [PolicyStatement]

    /// The most bytes of a policy.
    public static let maximumByteCount = 20_480

    /// Reads a policy; what is not understood is refused, as a condition that is ignored would allow too much.
    public init(_ text: String) throws(PolicyError) {
        guard text.utf8.count <= Self.maximumByteCount else {
            throw PolicyError("", "is longer than \(Self.maximumByteCount) bytes")
        }
        let json: JSONValue
        do {
            json = try JSONValue(Array(text.utf8))
        } catch {
            throw PolicyError("", "is not JSON: \(error)")
        }
        try self.init(json)
    }
}

/// One statement of a policy: an effect on requests that all its elements match.
public struct PolicyStatement: Sendable, Equatable {
    /// What a statement that matches does.
    public enum Effect: String, Sendable {
        /// It allows, unless another denies.
        case allow = "Allow"
        /// It denies, whatever else allows.
        case deny = "Deny"
    }

    /// An element that names what it is about, or all that it is not about.
    public enum Selection<Element: Sendable & Equatable>: Sendable, Equatable {
        /// `Action`, `Resource`, `Principal`: one of these.
        case among([Element])
        /// `NotAction`, `NotResource`, `NotPrincipal`: none of these.
        case outside([Element])

        func matches(_ test: (Element) -> Bool) -> Bool {
            switch self {
            case .among(let elements): elements.contains(where: test)
            case .outside(let elements): !elements.contains(where: test)
            }
        }
    }

    /// What it does.
    public let effect: Effect
    /// Whom it is about; nil in policies of identities, which are about whoever has them.
    public let principals: Selection<PolicyPrincipal>?
    /// Patterns of actions, compared without regard to case.
    public let actions: Selection<PolicyPattern>
    /// Patterns of ARNs; nil in trust policies, which are about the role that has them.
    public let resources: Selection<ARNPattern>?
    /// All of them have to hold.
    public let conditions: [PolicyCondition]

    /// Whether the statement is about a request.
    func matches(_ request: AccessRequest) -> Bool {
        if let principals, !principals.matches({ $0.matches(request.principal) }) { return false }
        guard actions.matches({ $0.matches(request.action, request.context, ignoringCase: true) }) else { return false }
        if let resources, !resources.matches({ $0.matches(request.resource, request.context) }) { return false }
        return conditions.allSatisfy { $0.holds(in: request.context) }
    }
}

/// Why a text is no policy, and where; holds no values.
public struct PolicyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The place, like `Statement[0].Condition`; empty for the policy itself.
    public let place: String
    /// What is wrong there.
    public let reason: String

    init(_ place: String, _ reason: String) {
        self.place = place
        self.reason = reason
    }

    /// For whoever wrote the policy.
    public var description: String {
        "\(place.isEmpty ? "the policy" : place) \(reason)"
    }
}
