import Catalog
import Store
import Testing

struct RoleTests {
    private static let trust = #"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}"#
    private static let policy = #"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#

    private func withStore(_ body: (Store) async throws -> Void) async throws {
        let store = try await StoreFixture().open()
        try await body(store)
        try await store.close()
    }

    private func code(_ body: () async throws -> Void) async throws -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch let error as StoreError {
            return error.code
        }
    }

    @Test func rolesSurviveARestartAsTheyWereWritten() async throws {
        let fixture = try StoreFixture()
        var store = try await fixture.open()
        try await store.createRole("r", path: "/team/ct/", trustPolicy: Self.trust)
        try await store.setPolicy(Self.policy, named: "p", ofRole: "r")
        try await store.close()
        store = try await fixture.open()
        let role = try await store.role("r")
        #expect(role.trustPolicy == Self.trust && role.policies == ["p": Self.policy])
        #expect(store.name(of: role) == "arn:aws:iam::123456789012:role/team/ct/r")
        #expect(try await store.roles() == [role])
        try await store.removePolicy(named: "p", ofRole: "r")
        #expect(try await store.role("r").policies.isEmpty)
        try await store.deleteRole("r")
        #expect(try await code { _ = try await store.role("r") } == .notFound)
        try await store.close()
    }

    @Test func whatIsNoRoleIsRefused() async throws {
        try await withStore { store in
            for name in ["", "a b", "ä", "a/b", String(repeating: "a", count: 65)] {
                #expect(try await code { try await store.createRole(name, trustPolicy: Self.trust) } == .invalid)
            }
            for path in ["", "team", "/team", "/a b/"] {
                #expect(
                    try await code { try await store.createRole("r", path: path, trustPolicy: Self.trust) } == .invalid)
            }
            for trust in ["", "{}", Self.policy] {
                #expect(try await code { try await store.createRole("r", trustPolicy: trust) } == .invalid)
            }
            try await store.createRole("r", trustPolicy: Self.trust)
            #expect(try await code { try await store.createRole("r", trustPolicy: Self.trust) } == .conflict)
            for policy in ["", "{}", Self.trust] {
                #expect(try await code { try await store.setPolicy(policy, named: "p", ofRole: "r") } == .invalid)
            }
            #expect(try await code { try await store.setPolicy(Self.policy, named: "a b", ofRole: "r") } == .invalid)
        }
    }

    @Test func aRoleThatIsNotThereIsNotFound() async throws {
        try await withStore { store in
            let codes = [
                try await code { try await store.setPolicy(Self.policy, named: "p", ofRole: "r") },
                try await code { try await store.removePolicy(named: "p", ofRole: "r") },
                try await code { try await store.deleteRole("r") },
            ]
            #expect(codes == [.notFound, .notFound, .notFound])
        }
    }
}
