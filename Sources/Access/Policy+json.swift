import DICOM

extension Policy {
    init(_ json: JSONValue) throws(PolicyError) {
        let members = try PolicyMembers(json, at: "", known: ["Version", "Id", "Statement"])
        let version = members["Version"]?.string ?? "2008-10-17"
        guard members["Version"] == nil || members["Version"]?.string != nil,
            ["2012-10-17", "2008-10-17"].contains(version)
        else { throw PolicyError("Version", "is neither 2012-10-17 nor 2008-10-17") }
        guard let statement = members["Statement"] else { throw PolicyError("", "has no Statement") }
        var statements: [PolicyStatement] = []
        for (index, json) in (statement.array ?? [statement]).enumerated() {
            statements.append(
                try PolicyStatement(json, at: "Statement[\(index)]", hasVariables: version == "2012-10-17"))
        }
        guard !statements.isEmpty else { throw PolicyError("Statement", "is empty") }
        self.statements = statements
    }
}

extension PolicyStatement {
    fileprivate init(_ json: JSONValue, at place: String, hasVariables: Bool) throws(PolicyError) {
        let members = try PolicyMembers(
            json, at: place,
            known: [
                "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal",
                "Condition",
            ])
        guard let effect = members["Effect"]?.string.flatMap(Effect.init) else {
            throw PolicyError("\(place).Effect", "is neither Allow nor Deny")
        }
        self.effect = effect
        guard
            let actions = try members.selection("Action", Policy.texts, { PolicyPattern($0, hasVariables: false) })
        else { throw PolicyError(place, "has neither Action nor NotAction") }
        self.actions = actions
        resources = try members.selection("Resource", Policy.texts) { ARNPattern($0, hasVariables: hasVariables) }
        principals = try members.selection("Principal", Policy.principals) { $0 }
        guard resources != nil || principals != nil else {
            throw PolicyError(place, "has neither Resource nor Principal")
        }
        conditions = try Policy.conditions(
            members["Condition"], at: "\(place).Condition", hasVariables: hasVariables)
    }
}

extension Policy {
    /// A text, or a list of them that is not empty; nil for anything else.
    fileprivate static func texts(_ json: JSONValue) -> [String]? {
        if let text = json.string { return [text] }
        guard let values = json.array, !values.isEmpty else { return nil }
        let texts = values.compactMap(\.string)
        return texts.count == values.count ? texts : nil
    }

    /// `"*"`, or lists of names by their kind.
    fileprivate static func principals(_ json: JSONValue) -> [PolicyPrincipal]? {
        if json.string == "*" { return [.anyone] }
        guard let members = json.object?.members, !members.isEmpty else { return nil }
        var principals: [PolicyPrincipal] = []
        for member in members {
            guard let names = texts(member.value) else { return nil }
            switch member.name {
            case "AWS":
                let identities = names.compactMap(PolicyPrincipal.init(identity:))
                guard identities.count == names.count else { return nil }
                principals += identities
            case "Service": principals += names.map(PolicyPrincipal.service)
            case "Federated": principals += names.map(PolicyPrincipal.federated)
            default: return nil
            }
        }
        return principals
    }

    fileprivate static func conditions(
        _ json: JSONValue?, at place: String, hasVariables: Bool
    ) throws(PolicyError) -> [PolicyCondition] {
        guard let json else { return [] }
        guard let operators = json.object?.members else { throw PolicyError(place, "is not an object") }
        var conditions: [PolicyCondition] = []
        for test in operators {
            // Names of operators and keys come from the policy, and are what its author has to look for.
            let place = "\(place).\(test.name)"
            guard let keys = test.value.object?.members else { throw PolicyError(place, "is not an object") }
            for key in keys {
                let values = key.value.array ?? [key.value]
                let texts = values.compactMap(Self.conditionValue)
                guard texts.count == values.count, !texts.isEmpty else {
                    throw PolicyError("\(place).\(key.name)", "is neither a value nor a list of values")
                }
                guard
                    let condition = PolicyCondition(
                        named: test.name, key: key.name, values: texts, hasVariables: hasVariables)
                else { throw PolicyError(place, "is no operator that is known, or has values that it does not take") }
                conditions.append(condition)
            }
        }
        return conditions
    }

    /// Numbers and truth values may stand without quotes.
    private static func conditionValue(_ json: JSONValue) -> String? {
        switch json {
        case .string(let text): text
        case .number(let number): number.text
        case .boolean(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}

/// The members of an object of a policy, every one of which is known.
private struct PolicyMembers {
    let place: String
    private let object: JSONObject

    init(_ json: JSONValue, at place: String, known: Set<String>) throws(PolicyError) {
        guard let object = json.object else { throw PolicyError(place, "is not an object") }
        if object.members.contains(where: { !known.contains($0.name) }) {
            throw PolicyError(place, "has an element that is none of \(known.sorted().joined(separator: ", "))")
        }
        self.place = place
        self.object = object
    }

    subscript(name: String) -> JSONValue? {
        object[name]
    }

    /// The element `name` or its opposite, `Not` and the name; nil when there is neither.
    func selection<Found, Element>(
        _ name: String, _ read: (JSONValue) -> [Found]?, _ make: (Found) -> Element?
    ) throws(PolicyError) -> PolicyStatement.Selection<Element>? {
        let (own, opposite) = (self[name], self["Not" + name])
        guard let json = own ?? opposite else { return nil }
        guard own == nil || opposite == nil else {
            throw PolicyError(place, "has both \(name) and Not\(name)")
        }
        let elements = read(json)?.map(make)
        guard let elements, !elements.contains(where: { $0 == nil }) else {
            throw PolicyError("\(place).\(own == nil ? "Not" + name : name)", "has a value that is none")
        }
        let known = elements.compactMap(\.self)
        return own == nil ? .outside(known) : .among(known)
    }
}
