public import DICOM
import Foundation
import Store

/// Local folders that stand for S3 buckets, so that the whole tutorial works with no S3 server.
public struct FolderObjectStore: ObjectStore {
    private let folders: [String: URL]

    /// Maps bucket names to folders; ``S3URI/localBucket`` is the root of the file system.
    public init(buckets: [String: String]) {
        folders = buckets.merging([S3URI.localBucket: "/"]) { _, root in root }
            .mapValues { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL }
    }

    public func list(_ folder: S3URI, limits: ListingLimits) async throws -> [ListedObject] {
        let root = try root(of: folder.bucket)
        var found: [ListedObject] = []
        var folderCount = 0
        var byteCount: Int64 = 0
        var waiting = [folder.asFolder.key]
        while let prefix = waiting.popLast() {
            folderCount += 1
            guard folderCount <= limits.folders else {
                throw ImportFailure(
                    "DICOM import job has failed. FOLDER_COUNTS_LIMIT exceeded: more than \(limits.folders) folders")
            }
            for entry in try entries(of: try path(prefix, below: root)) {
                let key = prefix + entry.name
                if entry.isFolder {
                    waiting.append(key + "/")
                    continue
                }
                found.append(ListedObject(key: key, byteCount: entry.byteCount))
                byteCount += entry.byteCount
            }
        }
        guard found.count <= limits.files else {
            throw ImportFailure(
                "DICOM import job has failed. FILE_COUNTS_LIMIT exceeded: \(found.count) files, at most \(limits.files)")
        }
        guard byteCount <= limits.bytes else {
            throw ImportFailure(
                "DICOM import job has failed. FILE_SIZE_LIMIT exceeded: \(byteCount) bytes, at most \(limits.bytes)")
        }
        return found.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    public func open(_ object: S3URI) async throws -> any RandomAccessBytes {
        try FileBytes(path: try path(object.key, below: root(of: object.bucket)).path)
    }

    public func write(_ bytes: [UInt8], to object: S3URI) async throws {
        let target = try path(object.key, below: root(of: object.bucket))
        do {
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
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

    /// The file behind a key. A key can name nothing outside its bucket's folder, whatever dots it holds.
    private func path(_ key: String, below root: URL) throws -> URL {
        let parts = key.split(separator: "/", omittingEmptySubsequences: true)
        guard !parts.contains(".."), !parts.contains("."), !key.utf8.contains(0) else {
            throw ImportFailure("The key has a path segment that is not allowed")
        }
        return parts.reduce(root) { $0.appendingPathComponent(String($1)) }
    }

    private func entries(of folder: URL) throws -> [(name: String, isFolder: Bool, byteCount: Int64)] {
        let keys: Set<URLResourceKey> = [.isDirectoryKey, .isRegularFileKey, .fileSizeKey]
        let urls: [URL]
        do {
            urls = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))
        } catch {
            throw ImportFailure("The input folder does not exist or cannot be read")
        }
        return try urls.compactMap { url in
            let values = try url.resourceValues(forKeys: keys)
            if values.isDirectory == true { return (url.lastPathComponent, true, 0) }
            guard values.isRegularFile == true else { return nil }
            return (url.lastPathComponent, false, Int64(values.fileSize ?? 0))
        }
    }
}
