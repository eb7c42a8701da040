import Access
import DICOM

/// An object store as a role may use it: in buckets whose access is ours to decide, what the role's policies do not allow
/// is denied (spec/20).
struct RoleObjectStore: ObjectStore {
    let objects: any ObjectStore
    let role: AssumedRole

    func rolesDecide(on bucket: String) -> Bool {
        objects.rolesDecide(on: bucket)
    }

    /// Objects that could not be opened are not listed: a listing with one of them is denied as a whole.
    func list(
        _ folder: S3URI, owner: String?, limits: ListingLimits, except: Set<String>
    ) async throws -> [ListedObject] {
        try requireListing(folder)
        let listed = try await objects.list(folder, owner: owner, limits: limits, except: except)
        for object in listed { try require("s3:GetObject", on: S3URI(bucket: folder.bucket, key: object.key)) }
        return listed
    }

    func open(_ object: S3URI, owner: String?) async throws -> any RandomAccessBytes {
        try require("s3:GetObject", on: object)
        return try await objects.open(object, owner: owner)
    }

    func prepare(_ folder: S3URI) async throws {
        try requireListing(folder)
        try require("s3:PutObject", on: folder.asFolder)
        try await objects.prepare(folder)
    }

    func write(
        to object: S3URI, _ body: (_ append: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws {
        try require("s3:PutObject", on: object)
        try await objects.write(to: object, body)
    }

    private func requireListing(_ folder: S3URI) throws {
        try require("s3:ListBucket", on: S3URI(bucket: folder.bucket, key: ""), ["s3:prefix": folder.asFolder.key])
    }

    private func require(_ action: String, on object: S3URI, _ context: AccessContext = [:]) throws {
        guard rolesDecide(on: object.bucket) else { return }
        let name = "arn:aws:s3:::\(object.bucket)" + (object.key.isEmpty ? "" : "/\(object.key)")
        // The folders are of the account that the role is of.
        let owner: AccessContext = ["aws:ResourceAccount": role.accountID, "s3:ResourceAccount": role.accountID]
        guard role.may(action, on: name, context.merging(owner)) else {
            throw ObjectStoreError(.denied, "Access denied: \(role.name) may not \(action) in bucket \(object.bucket)")
        }
    }
}
