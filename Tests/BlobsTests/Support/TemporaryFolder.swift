import Glibc

/// A new folder, removed with everything in it when the last reference goes.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        guard let template = strdup("/tmp/isocenter-blobs-XXXXXX") else { throw TemporaryFolderError() }
        defer { free(template) }
        guard mkdtemp(template) != nil else { throw TemporaryFolderError() }
        path = String(cString: template)
    }

    deinit {
        remove(path)
    }

    /// The names in the folder, or in a folder in it.
    func names(in folder: String = "") -> [String] {
        guard let stream = opendir(path + "/" + folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in names(in: String(path.dropFirst(self.path.count))) { remove(path + "/" + name) }
        rmdir(path)
    }
}

struct TemporaryFolderError: Error {}
