import Events
import Glibc

/// A file that lines are appended to, each whole and on the disk, or not there.
///
/// A line that a crash or a full disk cut off is taken away when the file is opened. A file that was renamed or removed,
/// as log rotation does, is followed by a new one of the same name.
struct EventFile: Sendable {
    private let path: String
    private var descriptor: Int32?

    /// Opens the file, which is made when absent.
    init(path: String) throws(EventSinkError) {
        self.path = path
        _ = try open()
    }

    /// Appends lines, which end with a line feed, and waits until they are on the disk.
    mutating func append(_ lines: [UInt8]) throws(EventSinkError) {
        if try !isInPlace() { close() }
        let descriptor = if let descriptor { descriptor } else { try open() }
        do throws(EventSinkError) {
            try Self.write(lines, to: descriptor)
            guard fsync(descriptor) == 0 else { throw Self.failure("written") }
        } catch {
            // What was written of it is taken away with the next opening.
            close()
            throw error
        }
    }

    /// Closes the file; the next lines open it again.
    mutating func close() {
        if let descriptor { Glibc.close(descriptor) }
        descriptor = nil
    }

    // MARK: Opening

    private mutating func open() throws(EventSinkError) -> Int32 {
        let opened = Glibc.open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard opened >= 0 else { throw Self.failure("opened") }
        do throws(EventSinkError) {
            try Self.repair(opened)
            try Self.syncFolder(of: path)
        } catch {
            Glibc.close(opened)
            throw error
        }
        descriptor = opened
        return opened
    }

    /// Whether the open file is the one that has the name.
    private func isInPlace() throws(EventSinkError) -> Bool {
        guard let descriptor else { return false }
        var (named, held) = (stat(), stat())
        guard fstat(descriptor, &held) == 0 else { throw Self.failure("looked at") }
        guard stat(path, &named) == 0 else { return false }
        return named.st_dev == held.st_dev && named.st_ino == held.st_ino
    }

    /// No event is as long as this.
    private static let lineBytesMax = 1 << 18
    private static let lineBeginning = Array(#"{"version":"0","id":""#.utf8)

    /// Takes a torn last line away; a file that ends with something else is not ours to touch.
    private static func repair(_ descriptor: Int32) throws(EventSinkError) {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size >= 0 else { throw failure("read") }
        var tail = [UInt8](repeating: 0, count: min(Int(size), lineBytesMax))
        let count = tail.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, size - off_t($0.count)) }
        guard count == tail.count else { throw failure("read") }
        let torn = tail.lastIndex(of: UInt8(ascii: "\n")).map { tail[($0 + 1)...] } ?? tail[...]
        guard !torn.isEmpty else { return }
        guard zip(torn, lineBeginning).allSatisfy({ $0 == $1 }), torn.count < lineBytesMax else {
            throw EventSinkError("the file ends with something that is no event")
        }
        guard ftruncate(descriptor, size - off_t(torn.count)) == 0, fsync(descriptor) == 0 else {
            throw failure("repaired")
        }
    }

    /// Makes the entry of a new file survive power loss.
    private static func syncFolder(of path: String) throws(EventSinkError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("synced") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("synced") }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(EventSinkError) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("written") }
            done += count
        }
    }

    private static func failure(_ verb: String) -> EventSinkError {
        EventSinkError("the file cannot be \(verb): \(String(cString: strerror(errno)))")
    }
}
