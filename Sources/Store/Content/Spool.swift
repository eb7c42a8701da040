public import DICOM
import Glibc
public import NIOCore

/// Takes bytes as they arrive and gives them back at any place: in memory while they are few, in an unlinked temporary
/// file once they are many, so that a request's size never becomes memory.
///
/// The file has no name from the moment it is made: nothing is left behind by a crash. It holds plain bytes while the
/// request lasts (Documentation/threat-model.md).
public final class Spool {
    private let directory: String
    private let memoryLimit: Int
    private var bytes: [UInt8] = []
    private var file: Int32 = -1
    private var fileCount = 0

    /// An empty spool which writes to `directory` past `memoryLimit` bytes.
    ///
    /// `expecting` is how many bytes are announced, if it is known; a wrong number costs time alone.
    public init(directory: String, memoryLimit: Int = 4 << 20, expecting count: Int? = nil) {
        self.directory = directory
        self.memoryLimit = memoryLimit
        if let count, count > 0, count <= memoryLimit { bytes.reserveCapacity(count) }
    }

    deinit {
        if file >= 0 { close(file) }
    }

    /// The bytes taken so far.
    public var count: Int {
        fileCount + bytes.count
    }

    /// Takes more bytes.
    public func append(_ buffer: ByteBuffer) throws {
        buffer.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
        if bytes.count > memoryLimit { try flush() }
    }

    /// Ends taking and gives the bytes back; the spool is not used afterwards.
    public func finish() throws -> any RandomAccessBytes {
        guard file >= 0 else { return MemoryBytes(bytes) }
        try flush()
        // The reader gets a descriptor of its own; this one is closed with the spool.
        let copy = fcntl(file, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw FileBytes.FileError.unreadable(errno) }
        return FileBytes(adopting: copy, count: fileCount)
    }

    private func flush() throws {
        if file < 0 {
            var template = Array("\(directory)/isocenter-spool-XXXXXX".utf8CString)
            file = mkstemp(&template)
            guard file >= 0 else { throw FileBytes.FileError.unreadable(errno) }
            unlink(template)
            _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        }
        var written = 0
        while written < bytes.count {
            let got = bytes.withUnsafeBytes { write(file, $0.baseAddress! + written, $0.count - written) }
            if got < 0 {
                if errno == EINTR { continue }
                throw FileBytes.FileError.unreadable(errno)
            }
            written += got
        }
        fileCount += written
        bytes.removeAll(keepingCapacity: true)
    }
}
