public import DICOM
import Glibc

/// A file read at any place through an open descriptor; its bytes are never all in memory.
public final class FileBytes: RandomAccessBytes {
    /// The length when it was opened.
    public let count: Int
    private let descriptor: Int32
    /// When the file was last written before it was opened; nil for a file that nobody else writes to.
    private let modifiedAt: timespec?

    /// Opens a regular file that others may write to: a read that finds it changed throws.
    public init(path: String) throws {
        // Without waiting, as a pipe that took the file's place would make it.
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw FileError.unreadable(errno) }
        var status = stat()
        let failure = fstat(descriptor, &status) == 0 ? nil : errno
        guard failure == nil, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileError.unreadable(failure ?? EINVAL)
        }
        count = Int(status.st_size)
        modifiedAt = status.st_mtim
    }

    /// Takes over an open descriptor.
    init(adopting descriptor: Int32, count: Int) {
        self.descriptor = descriptor
        self.count = count
        modifiedAt = nil
    }

    deinit {
        close(descriptor)
    }

    /// Where the open file lies, whatever links led to it; nil where the system does not tell.
    public var realPath: String? {
        let longest = Int(PATH_MAX)
        let path = [UInt8](unsafeUninitializedCapacity: longest) { buffer, initialized in
            let count = readlink("/proc/self/fd/\(descriptor)", buffer.baseAddress!, longest)
            initialized = max(0, count)
        }
        return path.isEmpty || path.count == longest ? nil : String(decoding: path, as: UTF8.self)
    }

    /// Reads exactly `wanted` bytes; throws ``FileError`` when the file does not hold them any more.
    public func read(at offset: Int, count wanted: Int) throws -> ArraySlice<UInt8> {
        guard offset >= 0, wanted >= 0, offset <= count, wanted <= count - offset else {
            throw FileError.outOfRange
        }
        let bytes = try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
            while initialized < wanted {
                let got = pread(
                    descriptor, buffer.baseAddress! + initialized, wanted - initialized, off_t(offset + initialized))
                if got > 0 {
                    initialized += got
                } else if got < 0 && errno == EINTR {
                    continue
                } else {
                    // The file shrank under us, or the device failed: both are told, never taken for zeros.
                    throw got == 0 ? FileError.outOfRange : FileError.unreadable(errno)
                }
            }
        }
        try checkUnchanged()
        return bytes[...]
    }

    private func checkUnchanged() throws {
        guard let modifiedAt else { return }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError.unreadable(errno) }
        guard status.st_size == count, status.st_mtim.tv_sec == modifiedAt.tv_sec,
            status.st_mtim.tv_nsec == modifiedAt.tv_nsec
        else { throw FileError.changed }
    }

    /// Why a file could not be read.
    public enum FileError: Error, Sendable {
        /// The system refused, with this error number.
        case unreadable(Int32)
        /// The file is shorter than it was.
        case outOfRange
        /// The file was written to after it was opened.
        case changed
    }
}
