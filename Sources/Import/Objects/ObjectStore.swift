public import DICOM

/// A place that import jobs read from and write their results to: S3, or folders that stand for its buckets.
///
/// The contract, which every implementation's test runs (`ObjectStoreSuite`): every method throws ``ObjectStoreError``,
/// or `CancellationError`. `owner` is the account that the bucket must belong to; another's is `denied`.
public protocol ObjectStore: Sendable {
    /// Whether the job's role decides here who may use a bucket; elsewhere a service of its own does.
    func rolesDecide(on bucket: String) -> Bool
    /// Every object below a folder, in byte order of key; folder markers and the keys `except` are left out and count
    /// for no limit.
    func list(
        _ folder: S3URI, owner: String?, limits: ListingLimits, except: Set<String>
    ) async throws -> [ListedObject]
    /// An object's bytes, read at any place, as they were at one moment.
    func open(_ object: S3URI, owner: String?) async throws -> any RandomAccessBytes
    /// Finds out that objects can be written below a folder.
    func prepare(_ folder: S3URI) async throws
    /// Writes an object of the bytes that `body` appends, all of it or nothing; when `body` throws, nothing.
    func write(
        to object: S3URI, _ body: (_ append: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws
}

extension ObjectStore {
    /// A service decides by itself.
    public func rolesDecide(on bucket: String) -> Bool {
        false
    }

    /// Writes an object, all of it or nothing.
    public func write(_ bytes: [UInt8], to object: S3URI) async throws {
        try await write(to: object) { try await $0(bytes) }
    }
}

/// An object that a listing found.
public struct ListedObject: Sendable, Hashable {
    /// The whole key, without its bucket.
    public var key: String
    /// Its size when it was listed.
    public var byteCount: Int64

    /// An object of a listing.
    public init(key: String, byteCount: Int64) {
        self.key = key
        self.byteCount = byteCount
    }
}

/// Why an object store could not do what it was asked; equal by code.
public struct ObjectStoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// There is no bucket, or no folder, of that name.
        case noSuchBucket
        /// There is no such object.
        case noSuchObject
        /// Access is denied, or the bucket belongs to another account than expected.
        case denied
        /// The key names no place that an object can be at.
        case invalidKey
        /// The object became another while it was read.
        case changed
        /// The listing found more than it may.
        case overLimit
        /// The store cannot be reached or fails; it may work later.
        case unavailable
        /// The store refuses or fails for another reason.
        case failed
    }

    /// What kind of failure.
    public var code: Code
    /// What happened, for the job's message; holds no keys.
    public var message: String

    /// A failure of a kind with its wording.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Equal codes make equal errors.
    public static func == (left: ObjectStoreError, right: ObjectStoreError) -> Bool {
        left.code == right.code
    }

    /// For logs.
    public var description: String {
        "\(code.rawValue): \(message)"
    }
}
