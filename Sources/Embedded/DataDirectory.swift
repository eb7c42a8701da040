import Glibc
import ImageSets
import Synchronization

/// The folder that holds everything of an embedded store:
/// ```
/// lock                         held while a process has the store open
/// keyring                      key-encryption keys, 0600
/// service.sqlite               data stores, access keys
/// datastores/{id}/catalog.sqlite
/// datastores/{id}/packs/       frames, headers, bulk values, encrypted
/// datastores/{id}/archive/     the same of image sets that nobody accesses, unless another folder is named for it
/// spool/                       large requests while they arrive, in files without names
/// import-results/              what `isocenter import` reports
/// ```
public final class DataDirectory: Sendable {
    /// The folder's path.
    public let path: String
    /// Where archived packs are kept, in a folder for each data store; nil for beside the other packs.
    private let archivePath: String?
    private let lockDescriptor = Mutex<Int32>(-1)

    /// Makes the folder, readable by its owner only, when it is absent, and that of the archive when one is named.
    public init(_ path: String, archivePath: String? = nil) throws {
        self.path = path
        self.archivePath = archivePath
        for folder in [path, path + "/datastores", path + "/spool", path + "/import-results"]
            + [archivePath].compactMap(\.self)
        {
            try Self.makeFolder(folder)
        }
    }

    deinit {
        lockDescriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
        }
    }

    /// Takes the store for this process until it ends, or throws when another process has it.
    public func lock() throws {
        guard try tryLock() else {
            throw DataDirectoryError(
                "another isocenter process is using \(path); stop it first, or choose another folder with --data")
        }
    }

    /// Takes the store for this process; false when another process has it. The kernel frees the lock when the process
    /// ends, however it ends.
    public func tryLock() throws -> Bool {
        let descriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DataDirectoryError("the data folder \(path) cannot be written: \(Self.reason())")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return false
        }
        lockDescriptor.withLock { held in
            if held >= 0 { close(held) }
            held = descriptor
        }
        return true
    }

    /// Whether this process has the store.
    var isLocked: Bool { lockDescriptor.withLock { $0 >= 0 } }

    var keyringPath: String { path + "/keyring" }
    var servicePath: String { path + "/service.sqlite" }
    /// Where `isocenter import` reports.
    public var importResultsPath: String { path + "/import-results" }

    /// A data store's own folder.
    func folder(of datastore: DatastoreID) -> String {
        "\(path)/datastores/\(datastore)"
    }

    func catalogPath(of datastore: DatastoreID) -> String {
        folder(of: datastore) + "/catalog.sqlite"
    }

    func packsPath(of datastore: DatastoreID) -> String {
        folder(of: datastore) + "/packs"
    }

    func archivePath(of datastore: DatastoreID) -> String {
        archivePath.map { "\($0)/\(datastore)" } ?? folder(of: datastore) + "/archive"
    }

    /// Makes a folder and those above it; missing ones get mode 0700.
    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) != 0 else { return try sync(parentOf: path) }
        guard errno != EEXIST else { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeFolder(String(path[..<slash]))
            guard mkdir(path, 0o700) != 0 else { return try sync(parentOf: path) }
            guard errno != EEXIST else { return }
        }
        throw DataDirectoryError("the folder \(path) cannot be made: \(reason())")
    }

    /// Makes a new folder's entry survive power loss.
    private static func sync(parentOf path: String) throws {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataDirectoryError("the folder \(parent) cannot be synced: \(reason())") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw DataDirectoryError("the folder \(parent) cannot be synced: \(reason())")
        }
    }

    private static func reason() -> String {
        String(cString: strerror(errno))
    }
}

/// Why a data folder cannot be used: what is wrong, and what to do.
public struct DataDirectoryError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
