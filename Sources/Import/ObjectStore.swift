public import DICOM

/// A place that import jobs read from and write their results to: S3, or folders that stand for its buckets.
public protocol ObjectStore: Sendable {
    /// Every object below a folder, in byte order of key, folder markers left out. Throws ``ImportFailure`` past a limit.
    func list(_ folder: S3URI, limits: ListingLimits) async throws -> [ListedObject]
    /// An object's bytes, read where they lie.
    func open(_ object: S3URI) async throws -> any RandomAccessBytes
    /// Finds out that objects can be written below a folder. Throws ``ImportFailure`` when they cannot.
    func prepare(_ folder: S3URI) async throws
    /// Writes an object, all of it or nothing.
    func write(_ bytes: [UInt8], to object: S3URI) async throws
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

/// How much a listing may find (spec/10 quotas).
public struct ListingLimits: Sendable {
    /// The most files.
    public var files: Int
    /// The most folders, the listed one included.
    public var folders: Int
    /// The most bytes of all files together.
    public var bytes: Int64

    /// Gathers the limits.
    public init(files: Int, folders: Int, bytes: Int64) {
        self.files = files
        self.folders = folders
        self.bytes = bytes
    }
}

/// Why a whole job fails. The text goes into the job's `message`, so it holds only characters of the model's pattern:
/// letters, digits, `_`, and everything from space to colon.
public struct ImportFailure: Error, Sendable, Equatable {
    /// The wording, in the model's alphabet.
    public var message: String

    /// A failure of its own wording; characters outside the alphabet become spaces.
    public init(_ message: String) {
        self.message = String(
            message.map { character in
                guard let ascii = character.asciiValue else { return " " }
                let isAllowed = (0x20...0x3A).contains(ascii) || character.isLetter || character == "_"
                return isAllowed ? character : " "
            }.prefix(2_048))
    }
}
