import Glibc

/// A folder of the operating system.
final class POSIXFileSystem: PackFileSystem {
    private let directory: Int32

    var isImmediate: Bool { false }

    /// Opens a folder, making it with mode 0700 when it is absent; the folder above must exist.
    init(path: String) throws(FileError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError("mkdir") }
        directory = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw FileError("open") }
        // Also for a folder that is there already: whoever made it may have been killed before this line.
        try Self.syncDirectory(above: directory)
    }

    deinit {
        if directory >= 0 { close(directory) }
    }

    func list() throws(FileError) -> [FileEntry] {
        // A descriptor of its own, because reading a folder moves the descriptor's position.
        let descriptor = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("openat") }
        guard let stream = fdopendir(descriptor) else {
            let error = FileError("fdopendir")
            close(descriptor)
            throw error
        }
        defer { closedir(stream) }
        var entries: [FileEntry] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var status = stat()
            // A file that was removed since is not listed.
            guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            guard status.st_mode & S_IFMT == S_IFREG else { continue }
            entries.append(FileEntry(name: name, byteCount: UInt64(status.st_size)))
        }
        guard errno == 0 else { throw FileError("readdir") }
        return entries
    }

    func create(_ name: String) throws(FileError) -> any PackFile {
        let descriptor = openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileError("openat") }
        return POSIXFile(descriptor)
    }

    func open(_ name: String) throws(FileError) -> (any PackFile)? {
        let descriptor = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileError("openat")
        }
        return POSIXFile(descriptor)
    }

    func empty(_ name: String) throws(FileError) {
        let descriptor = openat(directory, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw FileError("openat")
        }
        defer { close(descriptor) }
        guard ftruncate(descriptor, 0) == 0 else { throw FileError("ftruncate") }
    }

    func remove(_ name: String) throws(FileError) {
        guard unlinkat(directory, name, 0) == 0 || errno == ENOENT else { throw FileError("unlinkat") }
    }

    func syncDirectory() throws(FileError) {
        guard fsync(directory) == 0 else { throw FileError("fsync") }
    }

    private static func syncDirectory(above directory: Int32) throws(FileError) {
        let parent = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw FileError("openat") }
        defer { close(parent) }
        guard fsync(parent) == 0 else { throw FileError("fsync") }
    }
}
