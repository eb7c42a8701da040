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

    /// No limits.
    public static let unlimited = ListingLimits(files: .max, folders: .max, bytes: .max)
}

/// Counts what a listing finds and holds it against the limits; past the number of files the rest is only counted, for
/// the message.
struct ListingTally {
    private let limits: ListingLimits
    private let except: Set<String>
    private var fileCount = 0
    private var folderCount = 0
    private var byteCount: Int64 = 0
    private var objects: [ListedObject] = []

    /// So far is counted: who has a hundred times too many files need not wait for the exact number.
    private static let countedTimes = 100

    init(limits: ListingLimits, except: Set<String>) {
        self.limits = limits
        self.except = except
    }

    /// Counts another folder.
    mutating func addFolder() throws(ObjectStoreError) {
        folderCount += 1
        guard folderCount <= limits.folders else {
            throw Self.failure("FOLDER_COUNTS_LIMIT exceeded: more than \(limits.folders) folders")
        }
    }

    /// Counts another file.
    mutating func addFile(_ key: String, _ size: Int64) throws(ObjectStoreError) {
        guard !except.contains(key) else { return }
        fileCount += 1
        byteCount = byteCount > .max - size ? .max : byteCount + size
        if fileCount <= limits.files { objects.append(ListedObject(key: key, byteCount: size)) }
        guard fileCount / Self.countedTimes <= limits.files else {
            throw Self.failure("FILE_COUNTS_LIMIT exceeded: more than \(fileCount - 1) files, at most \(limits.files)")
        }
    }

    /// The objects in byte order of key.
    func finish() throws(ObjectStoreError) -> [ListedObject] {
        guard fileCount <= limits.files else {
            throw Self.failure("FILE_COUNTS_LIMIT exceeded: \(fileCount) files, at most \(limits.files)")
        }
        guard byteCount <= limits.bytes else {
            throw Self.failure("FILE_SIZE_LIMIT exceeded: \(byteCount) bytes, at most \(limits.bytes)")
        }
        return objects.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    private static func failure(_ reason: String) -> ObjectStoreError {
        ObjectStoreError(.overLimit, "DICOM import job has failed. \(reason)")
    }
}
