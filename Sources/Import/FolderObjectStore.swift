public import DICOM
import Foundation
import Glibc
import Store

/// Local folders that stand for S3 buckets, so that the whole tutorial works with no S3 server.
public struct FolderObjectStore: ObjectStore {
    private let folders: [String: URL]

    /// Maps bucket names to folders; ``S3URI/localBucket`` is the root of the file system.
    public init(buckets: [String: String]) {
        folders = buckets.merging([S3URI.localBucket: "/"]) { _, root in root }
            .mapValues { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL }
    }

    /// Every regular file below a folder, in byte order of key, hidden ones too. A link stands for the file that it leads
    /// to; linked folders are not entered. A name that is not UTF-8 cannot be a key: it is listed with U+FFFD in it, and
    /// the file cannot be opened.
    public func list(_ folder: S3URI, limits: ListingLimits) async throws -> [ListedObject] {
        let root = try root(of: folder.bucket)
        var found: [ListedObject] = []
        var fileCount = 0
        var folderCount = 0
        var byteCount: Int64 = 0
        var waiting = [folder.asFolder.key]
        while let prefix = waiting.popLast() {
            folderCount += 1
            // What vanishes while it is listed was not there; the folder asked for must be.
            let isFirst = folderCount == 1
            guard let listing = try FolderListing(path(prefix, below: root).path, mayBeAbsent: !isFirst) else {
                continue
            }
            while let entry = listing.next() {
                let key = prefix + entry.name
                switch entry.kind {
                case .folder:
                    waiting.append(key + "/")
                    guard folderCount + waiting.count <= limits.folders else {
                        throw ImportFailure(
                            "DICOM import job has failed. FOLDER_COUNTS_LIMIT exceeded: more than "
                                + "\(limits.folders) folders")
                    }
                case .file(let size):
                    fileCount += 1
                    byteCount = byteCount > .max - size ? .max : byteCount + size
                    // Past the limit the rest is only counted, for the message.
                    if fileCount <= limits.files { found.append(ListedObject(key: key, byteCount: size)) }
                }
            }
        }
        guard fileCount <= limits.files else {
            throw ImportFailure(
                "DICOM import job has failed. FILE_COUNTS_LIMIT exceeded: \(fileCount) files, at most \(limits.files)")
        }
        guard byteCount <= limits.bytes else {
            throw ImportFailure(
                "DICOM import job has failed. FILE_SIZE_LIMIT exceeded: \(byteCount) bytes, at most \(limits.bytes)")
        }
        found.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        // Two names that are not UTF-8 may read the same.
        var keys = Set<[UInt8]>()
        return found.filter { keys.insert(Array($0.key.utf8)).inserted }
    }

    /// A file's bytes, read where they lie.
    public func open(_ object: S3URI) async throws -> any RandomAccessBytes {
        try FileBytes(path: try path(object.key, below: root(of: object.bucket)).path)
    }

    /// Makes the folder, and those above it.
    public func prepare(_ folder: S3URI) async throws {
        try makeFolder(try path(folder.asFolder.key, below: root(of: folder.bucket)), of: folder.bucket)
    }

    private func makeFolder(_ folder: URL, of bucket: String) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw ImportFailure("The output could not be written to bucket \(bucket)")
        }
    }

    /// Writes a file under a temporary name and renames it, making the folders it needs.
    public func write(_ bytes: [UInt8], to object: S3URI) async throws {
        let target = try path(object.key, below: root(of: object.bucket))
        try makeFolder(target.deletingLastPathComponent(), of: object.bucket)
        do {
            try Data(bytes).write(to: target, options: .atomic)
        } catch {
            throw ImportFailure("The output could not be written to bucket \(object.bucket)")
        }
    }

    private func root(of bucket: String) throws -> URL {
        guard let root = folders[bucket] else {
            throw ImportFailure("Bucket \(bucket) is not mapped to a folder in the configuration")
        }
        return root
    }

    /// The file behind a key. A key can name nothing outside its bucket's folder, whatever dots it holds and wherever
    /// links in the folder lead.
    private func path(_ key: String, below root: URL) throws -> URL {
        let parts = key.split(separator: "/", omittingEmptySubsequences: true)
        guard !parts.contains(".."), !parts.contains("."), !key.utf8.contains(0) else {
            throw ImportFailure("The key has a path segment that is not allowed")
        }
        let file = parts.reduce(root) { $0.appendingPathComponent(String($1)) }
        let base = Self.real(root)
        let target = Self.real(file)
        guard base == "/" || target == base || target.hasPrefix(base + "/") else {
            throw ImportFailure("The key leads out of its bucket")
        }
        return file
    }

    /// Where a path really leads; of one that is yet to be made, the part that is there.
    private static func real(_ path: URL) -> String {
        var path = path
        while path.path != "/" {
            if let real = realpath(path.path, nil) {
                defer { free(real) }
                return String(cString: real)
            }
            path.deleteLastPathComponent()
        }
        return "/"
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
            throw ImportFailure("The input folder does not exist or cannot be read")
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
