public import Access
public import Catalog
public import ImageSets

extension Store {
    /// The service that acts in the roles of import jobs, as trust policies name it.
    public static let servicePrincipal = "medical-imaging.amazonaws.com"

    /// The role of this name; `notFound` when there is none.
    public func role(_ name: String) async throws -> RoleRecord {
        guard let role = try await services.role(name) else {
            throw StoreError(.notFound, "The role does not exist: \(name)")
        }
        return role
    }

    /// All roles, in byte order of name.
    public func roles() async throws -> [RoleRecord] {
        try await services.roles()
    }

    /// The ARN of a role.
    public func name(of role: RoleRecord) -> String {
        "arn:aws:iam::\(configuration.accountID):role\(role.path)\(role.name)"
    }

    /// Makes a role that those may act in whom `trustPolicy` names, with these inline policies by name.
    ///
    /// `invalid` for a name or a path that IAM does not take, or a policy that is none or names nobody; `conflict` when
    /// there is a role of that name.
    @discardableResult
    public func createRole(
        _ name: String, path: String = "/", trustPolicy: String, policies: [String: String] = [:]
    ) async throws -> RoleRecord {
        guard (1...64).contains(name.count), name.unicodeScalars.allSatisfy(Self.isNamePart) else {
            throw StoreError(.invalid, "A role's name is 1 to 64 letters, digits and _+=,.@-")
        }
        guard path.hasPrefix("/"), path.hasSuffix("/"), path.count <= 512,
            path.unicodeScalars.allSatisfy({ $0 == "/" || Self.isNamePart($0) })
        else { throw StoreError(.invalid, "A role's path begins and ends with a slash") }
        guard try Self.policy(trustPolicy).statements.allSatisfy({ $0.principals != nil && $0.resources == nil }) else {
            throw StoreError(.invalid, "Every statement of a trust policy needs a Principal, and has no Resource")
        }
        for (name, document) in policies { try Self.check(document, named: name) }
        let role = RoleRecord(
            name: name, path: path, trustPolicy: trustPolicy, policies: policies, createdAt: environment.now())
        do {
            try await services.insert(role)
        } catch let error as CatalogError where error.code == .conflict {
            throw StoreError(.conflict, "A role of this name exists: \(name)")
        }
        return role
    }

    /// Sets an inline policy of a role; `notFound` when there is no such role, `invalid` for what is no policy of a role.
    public func setPolicy(_ document: String, named name: String, ofRole role: String) async throws {
        try Self.check(document, named: name)
        try await changingRole(role) { try await services.setPolicy(document, named: name, ofRole: role) }
    }

    /// Removes an inline policy of a role, if it has one of that name; `notFound` when there is no such role.
    public func removePolicy(named name: String, ofRole role: String) async throws {
        try await changingRole(role) { try await services.setPolicy(nil, named: name, ofRole: role) }
    }

    /// Removes a role; `notFound` when there is none. Jobs that name it fail from now on.
    public func deleteRole(_ name: String) async throws {
        try await changingRole(name) { try await services.deleteRole(name) }
    }

    /// Lets the service act in the role of this ARN for a data store, as its policies are now; `notFound` when there is no
    /// such role, `invalid` when it does not trust the service.
    public func assumeRole(_ arn: String, for datastore: DatastoreID) async throws -> AssumedRole {
        guard let name = arn.split(separator: "/").last, let role = try await services.role(String(name)),
            self.name(of: role) == arn
        else { throw StoreError(.notFound, "The role does not exist: \(arn)") }
        let context: AccessContext = [
            "aws:SourceArn": self.name(of: datastore).description, "aws:SourceAccount": configuration.accountID,
        ]
        let assumed = try AssumedRole(
            arn, trustedBy: Self.policy(role.trustPolicy), policies: role.policies.values.map(Self.policy),
            for: .service(Self.servicePrincipal), context, now: Int(environment.now().milliseconds / 1_000))
        guard let assumed else {
            throw StoreError(.invalid, "The role does not trust \(Self.servicePrincipal): \(arn)")
        }
        return assumed
    }

    private func changingRole(_ name: String, _ change: () async throws -> Void) async throws {
        do {
            try await change()
        } catch let error as CatalogError where error.code == .missing {
            throw StoreError(.notFound, "The role does not exist: \(name)")
        }
    }

    private static func check(_ document: String, named name: String) throws {
        guard (1...128).contains(name.count), name.unicodeScalars.allSatisfy(isNamePart) else {
            throw StoreError(.invalid, "A policy's name is 1 to 128 letters, digits and _+=,.@-")
        }
        guard try policy(document).statements.allSatisfy({ $0.principals == nil && $0.resources != nil }) else {
            throw StoreError(.invalid, "Every statement of a role's policy needs a Resource, and has no Principal")
        }
    }

    private static func policy(_ text: String) throws -> Policy {
        do {
            return try Policy(text)
        } catch {
            throw StoreError(.invalid, "Malformed policy document: \(error)")
        }
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_+=,.@-".contains(Character(scalar)))
    }
}
