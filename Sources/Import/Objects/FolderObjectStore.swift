public import DICOM
import Foundation
import Glibc
import Store

/// Local folders that stand for S3 buckets, so that the whole tutorial works with no S3 server.
public struct FolderObjectStore: ObjectStore {
    private let folders: [String: String]
    private let accountID: String?

    /// Maps bucket names to folders; ``S3URI/localBucket`` is the root of the file system. All of them belong to
    /// `accountID`; to whatever account is asked for when it is nil.
    public init(buckets: [String: String], accountID: String? = nil) {
        folders = buckets.merging([S3URI.localBucket: "/"]) { _, root in root }
            .mapValues { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL.path }
        self.accountID = accountID
    }

    /// Whether a folder stands for this bucket.
    func maps(_ bucket: String) -> Bool {
        folders[bucket] != nil
    }

    /// Nobody else does; but what `isocenter import` reads is read by whoever runs it (decision 0002).
    public func rolesDecide(on bucket: String) -> Bool {
        maps(bucket) && bucket != S3URI.localBucket
    }

    /// Every regular file below a folder, in byte order of key, hidden ones too. A link stands for the file that it leads
    /// to; linked folders are not entered. A name that is not UTF-8 cannot be a key: it is listed with U+FFFD in it, and
    /// the file cannot be opened.
    public func list(
        _ folder: S3URI, owner: String?, limits: ListingLimits, except: Set<String>
    ) async throws -> [ListedObject] {
        let root = try root(of: folder.bucket, owner: owner)
        var tally = ListingTally(limits: limits, except: except)
        var waiting = [folder.asFolder.key]
        try tally.addFolder()
        var isFirst = true
        while let prefix = waiting.popLast() {
            // What vanishes while it is listed was not there; the folder asked for must be.
            guard let listing = try FolderListing(path(prefix, below: root), mayBeAbsent: !isFirst) else {
                continue
            }
            isFirst = false
            while let entry = listing.next() {
                let key = prefix + entry.name
                switch entry.kind {
                case .folder:
                    try tally.addFolder()
                    waiting.append(key + "/")
                case .file(let size):
                    try tally.addFile(key, size)
                }
            }
        }
        // Two names that are not UTF-8 may read the same.
        var keys = Set<[UInt8]>()
        return try tally.finish().filter { keys.insert(Array($0.key.utf8)).inserted }
    }

    /// A file's bytes, read where they lie; a read that finds the file changed throws.
    public func open(_ object: S3URI, owner: String?) async throws -> any RandomAccessBytes {
        let root = try root(of: object.bucket, owner: owner)
        let path = try path(object.key, below: root)
        do {
            let file = try FileBytes(path: path)
            // Once more, of the file that is open: the path may have led elsewhere by then.
            try Self.check(file.realPath, isBelow: root)
            return file
        } catch FileBytes.FileError.unreadable(let code) {
            switch code {
            case ENOENT, ENOTDIR: throw ObjectStoreError(.noSuchObject, "The file is not in its bucket any more")
            case EACCES, EPERM: throw ObjectStoreError(.denied, "Access to the file is denied")
            default: throw ObjectStoreError(.failed, "The file could not be opened")
            }
        }
    }

    /// Makes the folder, and those above it, and finds out that files can be made in it.
    public func prepare(_ folder: S3URI) async throws {
        let target = try path(folder.asFolder.key, below: root(of: folder.bucket, owner: nil))
        try makeFolder(target, of: folder.bucket)
        guard access(target, W_OK | X_OK) == 0 else { throw Self.unwritable(folder.bucket) }
    }

    private func makeFolder(_ folder: String, of bucket: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Self.unwritable(bucket)
        }
    }

    /// Writes a file under a name of its own, syncs and renames it, making the folders it needs.
    public func write(
        to object: S3URI, _ body: (_ append: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws {
        let target = try path(object.key, below: root(of: object.bucket, owner: nil))
        let folder = Self.parent(of: target)
        try makeFolder(folder, of: object.bucket)
        // The name is always the same, so that what a crash left is written over.
        let draft = "\(folder)/.\(String(decoding: target.utf8.dropFirst(folder.utf8.count + 1), as: UTF8.self)).part"
        do {
            guard let file = DraftFile(draft) else { throw Self.unwritable(object.bucket) }
            try await body { bytes in
                guard file.append(bytes) else { throw Self.unwritable(object.bucket) }
            }
            guard file.sync(), rename(draft, target) == 0, DraftFile.syncFolder(folder) else {
                throw Self.unwritable(object.bucket)
            }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func unwritable(_ bucket: String) -> ObjectStoreError {
        ObjectStoreError(.denied, "The output could not be written to bucket \(bucket)")
    }

    private func root(of bucket: String, owner: String?) throws -> String {
        guard let root = folders[bucket] else {
            throw ObjectStoreError(.noSuchBucket, "Bucket \(bucket) is not mapped to a folder in the configuration")
        }
        if let owner, let accountID, owner != accountID {
            throw ObjectStoreError(.denied, "Bucket \(bucket) does not belong to account \(owner)")
        }
        return root
    }

    /// The file behind a key. A key can name nothing outside its bucket's folder, whatever dots it holds and wherever
    /// links in the folder lead.
    private func path(_ key: String, below root: String) throws -> String {
        // By bytes: a slash that a combining character follows is one `Character` with it, and still a slash.
        let parts = key.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
        guard !parts.contains(".."), !parts.contains("."), !key.utf8.contains(0) else {
            throw ObjectStoreError(.invalidKey, "The key has a path segment that is not allowed")
        }
        let file = (root == "/" ? "" : root) + parts.map { "/\($0)" }.joined()
        try Self.check(Self.real(file), isBelow: root)
        return file.isEmpty ? "/" : file
    }

    /// Throws where a target lies outside its bucket's folder; not where the system does not tell, which is nil.
    private static func check(_ target: @autoclosure () -> String?, isBelow root: String) throws {
        guard root != "/", let target = target() else { return }
        let base = real(root)
        guard base == "/" || target == base || target.utf8.starts(with: "\(base)/".utf8) else {
            throw ObjectStoreError(.invalidKey, "The key leads out of its bucket")
        }
    }

    /// Where a path really leads; of one that is yet to be made, the part that is there.
    private static func real(_ path: String) -> String {
        var path = path
        while !path.isEmpty {
            if let real = realpath(path, nil) {
                defer { free(real) }
                return String(cString: real)
            }
            path = parent(of: path)
        }
        return "/"
    }

    /// A path without its last part; empty for the root's entries.
    private static func parent(of path: String) -> String {
        String(
            decoding: path.utf8.prefix(upTo: path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex),
            as: UTF8.self)
    }
}

/// The entries of one folder as they stand on disk, one after the other.
private final class FolderListing {
    enum Kind {
        case folder
        case file(Int64)
    }

    private let directory: OpaquePointer
    /// Where in an entry its name begins, which ends with a NUL.
    private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19

    /// Opens a folder; nil when it is absent and may be.
    init?(_ path: String, mayBeAbsent: Bool) throws {
        guard let directory = opendir(path) else {
            if mayBeAbsent, errno == ENOENT { return nil }
            throw ObjectStoreError(
                errno == ENOENT ? .noSuchBucket : .denied, "The input folder does not exist or cannot be read")
        }
        self.directory = directory
    }

    deinit {
        closedir(directory)
    }

    /// The next folder or regular file, that of a link included; anything else is passed over.
    func next() -> (name: String, kind: Kind)? {
        while let entry = readdir(directory) {
            let name = UnsafeRawPointer(entry).advanced(by: Self.nameOffset).assumingMemoryBound(to: CChar.self)
            let text = String(cString: name)
            guard text != ".", text != ".." else { continue }
            var status = stat()
            guard fstatat(dirfd(directory), name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR { return (text, .folder) }
            if status.st_mode & S_IFMT == S_IFLNK, fstatat(dirfd(directory), name, &status, 0) != 0 { continue }
            if status.st_mode & S_IFMT == S_IFREG { return (text, .file(Int64(status.st_size))) }
        }
        return nil
    }
}

/// A file that is being written.
private final class DraftFile {
    private let descriptor: Int32

    init?(_ path: String) {
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        if descriptor < 0 { return nil }
    }

    deinit {
        close(descriptor)
    }

    func append(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
                if count < 0 && errno != EINTR { return false }
                written += max(count, 0)
            }
            return true
        }
    }

    func sync() -> Bool {
        fsync(descriptor) == 0
    }

    static func syncFolder(_ path: String) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
