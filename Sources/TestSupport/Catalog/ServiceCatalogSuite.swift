public import Catalog
import ImageSets

/// What every engine of ``ServiceCatalog`` must do; an engine's test runs each check on a new, empty catalog.
public enum ServiceCatalogSuite {
    /// A promise, checked on an empty catalog.
    public typealias Check = ContractCheck<any ServiceCatalog>

    /// All of them.
    public static let checks: [Check] = [
        Check("a data store reads back as created and as updated; the list is oldest first") { catalog in
            var store = datastore(2, createdAt: 10)
            store.kmsKeyARN = "arn:aws:kms:x"
            store.lambdaAuthorizerARN = "arn:aws:lambda:x"
            try await expect(catalog.create(store, token: nil, requestDigest: ""), store)
            try await expect(catalog.create(datastore(3, createdAt: 5), token: nil, requestDigest: "").id.value, 3)
            try await expect(catalog.create(datastore(1, createdAt: 10), token: nil, requestDigest: "").id.value, 1)
            try await expect(catalog.datastore(store.id), store)
            store.status = .deleted
            store.wrappedDataKey = []
            store.updatedAt = Timestamp(milliseconds: 20)
            try await catalog.update(store)
            try await expect(catalog.datastore(store.id), store)
            try await expect(catalog.datastore(DatastoreID(9)), nil)
            try await expect(catalog.datastores().map(\.id.value), [3, 1, 2])
        },
        Check("ids are used once, and an update needs a row") { catalog in
            let store = datastore(1, createdAt: 1)
            _ = try await catalog.create(store, token: nil, requestDigest: "")
            try await expectConflict { try await catalog.create(store, token: nil, requestDigest: "") }
            try await expectMissing { try await catalog.update(datastore(2, createdAt: 1)) }
        },
        Check("a client token stands for one data store, as it is now") { catalog in
            var store = datastore(1, createdAt: 1)
            _ = try await catalog.create(store, token: "t", requestDigest: "d")
            store.status = .creating
            try await catalog.update(store)
            try await expect(catalog.create(datastore(2, createdAt: 2), token: "t", requestDigest: "d"), store)
            try await expect(catalog.datastores().count, 1)
            try await expectConflict {
                try await catalog.create(datastore(2, createdAt: 2), token: "t", requestDigest: "other")
            }
            try await expect(catalog.create(datastore(2, createdAt: 2), token: "u", requestDigest: "d").id.value, 2)
        },
        Check("access keys come and go") { catalog in
            let keys = [("B", 1), ("A", 1), ("C", 0)].map { id, createdAt in
                AccessKeyRecord(
                    id: id, sealedSecret: [0, 255], principalARN: "arn:aws:iam::1:root",
                    createdAt: Timestamp(milliseconds: createdAt))
            }
            for key in keys { try await catalog.insert(key) }
            try await expect(catalog.accessKey("B"), keys[0])
            try await expect(catalog.accessKeys(), [keys[2], keys[1], keys[0]])
            try await expectConflict { try await catalog.insert(keys[0]) }
            try await catalog.deleteAccessKey("B")
            try await catalog.deleteAccessKey("B")
            try await expect(catalog.accessKey("B"), nil)
        },
        Check("roles come and go, with their policies") { catalog in
            var role = RoleRecord(
                name: "import", path: "/service/", trustPolicy: "{}", policies: ["b": "2", "a": "1"],
                createdAt: Timestamp(milliseconds: 5))
            let other = RoleRecord(name: "Import", trustPolicy: "[]", createdAt: Timestamp(milliseconds: 6))
            for role in [role, other] { try await catalog.insert(role) }
            try await expectConflict { try await catalog.insert(other) }
            try await expect(catalog.role("import"), role)
            try await expect(catalog.role("none"), nil)
            try await expect(catalog.roles(), [other, role])
            try await catalog.setPolicy("3", named: "b", ofRole: "import")
            try await catalog.setPolicy("4", named: "c", ofRole: "import")
            try await catalog.setPolicy(nil, named: "a", ofRole: "import")
            try await catalog.setPolicy(nil, named: "a", ofRole: "import")
            role.policies = ["b": "3", "c": "4"]
            try await expect(catalog.roles(), [other, role])
            try await catalog.deleteRole("import")
            try await expect(catalog.role("import"), nil)
            try await catalog.insert(RoleRecord(name: "import", trustPolicy: "", createdAt: role.createdAt))
            try await expect(catalog.role("import")?.policies, [:])
            try await expectMissing { try await catalog.deleteRole("none") }
            try await expectMissing { try await catalog.setPolicy("1", named: "a", ofRole: "none") }
        },
        Check("setting tags replaces all of a resource's") { catalog in
            try await catalog.setTags(["a": "1", "b": ""], of: "arn:x")
            try await catalog.setTags(["b": "2"], of: "arn:x")
            try await expect(catalog.tags(of: "arn:x"), ["b": "2"])
            try await catalog.setTags([:], of: "arn:x")
            try await expect(catalog.tags(of: "arn:x"), [:])
        },
        Check("a change of a data store and its event are one; a repeated token announces nothing") { catalog in
            try await expect(catalog.setEventSinks(["a", "b"]), 0)
            var store = datastore(1, createdAt: 1)
            for _ in 1...2 {
                _ = try await catalog.create(
                    store, token: "t", requestDigest: "d", announcedBy: CatalogSample.event(1))
            }
            try await expectConflict {
                try await catalog.create(store, token: nil, requestDigest: "", announcedBy: CatalogSample.event(2))
            }
            store.status = .deleting
            try await catalog.update(store, announcedBy: CatalogSample.event(3))
            store.wrappedDataKey = []
            try await catalog.update(store)
            do {
                try await catalog.update(datastore(2, createdAt: 1), announcedBy: CatalogSample.event(4))
            } catch let error as CatalogError {
                try expect(error.code, .missing)
            }
            try await expect(catalog.events(for: "a", limit: 10).map(\.event.id.value), [1, 3])
            try await expect(catalog.events(for: "b", limit: 1).map(\.event), [CatalogSample.event(1)])
        },
        Check("events are taken over for one sink, behind those that wait, and removed") { catalog in
            _ = try await catalog.setEventSinks(["a", "b"])
            try await expect(catalog.eventSinks(), ["a", "b"])
            _ = try await catalog.create(
                datastore(1, createdAt: 1), token: nil, requestDigest: "", announcedBy: CatalogSample.event(1))
            try await catalog.insert([CatalogSample.event(2), CatalogSample.event(3)], for: "a")
            try await catalog.insert([CatalogSample.event(4)], for: "none")
            let page = try await catalog.events(for: "a", limit: 2)
            try expect(page.map(\.event.id.value), [1, 2])
            try await catalog.removeEvents(Set(page.map(\.number)))
            try await expect(catalog.events(for: "a", limit: 10).map(\.event.id.value), [3])
            try await expect(catalog.events(for: "b", limit: 10).map(\.event.id.value), [1])
            try await expect(catalog.setEventSinks([]), 2)
        },
    ]

    private static func datastore(_ id: UInt128, createdAt: Int64) -> DatastoreRecord {
        DatastoreRecord(
            id: DatastoreID(id), name: "store", status: .active, format: .htj2k,
            createdAt: Timestamp(milliseconds: createdAt), wrappedDataKey: [1, 2, 3])
    }

    private static func expectMissing(_ body: () async throws -> Void) async throws {
        do {
            try await body()
            try expect("an answer", "missing")
        } catch let error as CatalogError {
            try expect(error.code, .missing)
        }
    }

    private static func expectConflict(_ body: () async throws -> some Any) async throws {
        do {
            _ = try await body()
            try expect("an answer", "conflict")
        } catch let error as CatalogError {
            try expect(error.code, .conflict)
        }
    }
}
