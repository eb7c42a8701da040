public import DICOM

/// All buckets that a job can name: those that the configuration maps to folders, and, where S3 is configured, every
/// other one.
public struct BucketObjectStore: ObjectStore {
    private let folders: FolderObjectStore
    private let service: (any ObjectStore)?

    /// Mapped buckets, and where all others are.
    public init(folders: FolderObjectStore, service: (any ObjectStore)?) {
        self.folders = folders
        self.service = service
    }

    private func store(of bucket: String) -> any ObjectStore {
        folders.maps(bucket) ? folders : service ?? folders
    }

    /// Whether the bucket's store lets roles decide.
    public func rolesDecide(on bucket: String) -> Bool {
        store(of: bucket).rolesDecide(on: bucket)
    }

    /// As the bucket's store lists.
    public func list(
        _ folder: S3URI, owner: String?, limits: ListingLimits, except: Set<String>
    ) async throws -> [ListedObject] {
        try await store(of: folder.bucket).list(folder, owner: owner, limits: limits, except: except)
    }

    /// As the bucket's store opens.
    public func open(_ object: S3URI, owner: String?) async throws -> any RandomAccessBytes {
        try await store(of: object.bucket).open(object, owner: owner)
    }

    /// As the bucket's store prepares.
    public func prepare(_ folder: S3URI) async throws {
        try await store(of: folder.bucket).prepare(folder)
    }

    /// As the bucket's store writes.
    public func write(
        to object: S3URI, _ body: (_ append: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws {
        try await store(of: object.bucket).write(to: object, body)
    }
}
