public import DICOM
import NIOCore
public import S3
import Store

/// Buckets of an S3 service.
///
/// An object that is opened is brought here whole, in memory while it is small and in an unlinked file once it is not
/// (`Spool`): parsing and encoding read it at any place, often twice, and must not stand still for a network.
public struct S3ObjectStore: ObjectStore {
    private let client: S3Client
    private let spoolDirectory: String

    /// Buckets that `client` reaches; large objects wait in `spoolDirectory` while they are read.
    public init(client: S3Client, spoolDirectory: String) {
        self.client = client
        self.spoolDirectory = spoolDirectory
    }

    /// Every object whose key begins with the folder's, page by page.
    public func list(
        _ folder: S3URI, owner: String?, limits: ListingLimits, except: Set<String>
    ) async throws -> [ListedObject] {
        try await translated(folder.bucket) {
            let prefix = folder.asFolder.key
            var tally = ListingTally(limits: limits, except: except)
            var folders: Set<[UInt8]> = []
            try tally.addFolder()
            if let owner { try await checkOwner(of: folder.bucket, is: owner) }
            var token: String?
            repeat {
                let page = try await client.list(folder.bucket, prefix: prefix, owner: owner, after: token)
                for object in page.objects where object.key.utf8.starts(with: prefix.utf8) {
                    let path = Array(object.key.utf8.dropFirst(prefix.utf8.count))
                    for place in path.indices where path[place] == UInt8(ascii: "/") {
                        if folders.insert(Array(path[..<place])).inserted { try tally.addFolder() }
                    }
                    // A key that ends with a slash marks a folder; consoles and `prepare` make such objects.
                    let isMarker = object.byteCount == 0 && (path.isEmpty || path.last == UInt8(ascii: "/"))
                    if !isMarker { try tally.addFile(object.key, object.byteCount) }
                }
                guard page.nextToken == nil || page.nextToken != token else {
                    throw ObjectStoreError(.failed, "The listing of bucket \(folder.bucket) does not come to an end")
                }
                token = page.nextToken
            } while token != nil
            return try tally.finish()
        }
    }

    private func checkOwner(of bucket: String, is owner: String) async throws {
        do {
            try await client.headBucket(bucket, owner: owner)
        } catch let error as S3Error where error.code == .accessDenied {
            throw ObjectStoreError(
                .denied, "Access to bucket \(bucket) is denied, or it does not belong to account \(owner)")
        }
    }

    /// An object's bytes, once all of them have come.
    public func open(_ object: S3URI, owner: String?) async throws -> any RandomAccessBytes {
        // Whoever opens may be on a thread that encodes; the pieces of an object must not wait for frames.
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            let spool = Spool(directory: spoolDirectory)
            try await translated(object.bucket) {
                _ = try await client.read(object.key, of: object.bucket, owner: owner) { try spool.append($0) }
            }
            return try spool.finish()
        }
    }

    /// Writes the marker of the folder: an empty object whose key ends with a slash.
    public func prepare(_ folder: S3URI) async throws {
        try await translated(folder.bucket) {
            try await client.put(ByteBuffer(), to: folder.asFolder.key, of: folder.bucket)
        }
    }

    /// Uploads an object, in parts when it is large.
    public func write(
        to object: S3URI, _ body: (_ append: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws {
        var upload = S3Upload(to: object.key, of: object.bucket, client: client)
        do {
            try await body { bytes in try await translated(object.bucket) { try await upload.append(bytes) } }
            try await translated(object.bucket) { try await upload.finish() }
        } catch {
            // What cannot be removed now is the bucket's lifecycle rule's; the first error tells more.
            try? await upload.abort()
            throw error
        }
    }

    /// Runs a body and tells its S3 errors in the words of the contract.
    private func translated<Result>(_ bucket: String, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as S3Error {
            throw Self.translate(error, bucket)
        }
    }

    private static func translate(_ error: S3Error, _ bucket: String) -> ObjectStoreError {
        let service = error.serviceCode.map { ": \($0)" } ?? ""
        switch error.code {
        case .noSuchBucket: return ObjectStoreError(.noSuchBucket, "Bucket \(bucket) does not exist")
        case .noSuchKey: return ObjectStoreError(.noSuchObject, "The file is not in bucket \(bucket) any more")
        case .accessDenied: return ObjectStoreError(.denied, "Access to bucket \(bucket) is denied\(service)")
        case .changed: return ObjectStoreError(.changed, "The file changed while it was read from bucket \(bucket)")
        case .unavailable: return ObjectStoreError(.unavailable, "S3 could not be reached or failed\(service)")
        case .invalidAnswer: return ObjectStoreError(.failed, "S3 gave an answer that is not understood")
        case .refused: return ObjectStoreError(.failed, "S3 refused a request for bucket \(bucket)\(service)")
        }
    }
}
