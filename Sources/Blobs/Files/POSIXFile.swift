import Glibc

/// An open file of the operating system.
final class POSIXFile: PackFile {
    private let descriptor: Int32

    /// Takes over a descriptor.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileError("pwrite") }
            done += count
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError("pread") }
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
        guard let preadv2 = Self.preadv2 else { return 0 }
        var vector = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
        return max(0, preadv2(descriptor, &vector, 1, off_t(offset), Self.withoutWaiting))
    }

    func sync() throws(FileError) {
        // Never repeated, not even after EINTR: a second fdatasync can succeed although the pages of the first are lost.
        guard fdatasync(descriptor) == 0 else { throw FileError("fdatasync") }
    }

    private typealias ReadVector = @convention(c) (Int32, UnsafePointer<iovec>, Int32, off_t, Int32) -> Int

    /// `RWF_NOWAIT` of Linux' uapi/linux/fs.h: fail with EAGAIN rather than wait for a device.
    private static let withoutWaiting: Int32 = 8

    /// `preadv2` is not in Swift's Glibc module, which is compiled without _GNU_SOURCE; nil on a C library without it,
    /// and then every read goes through the thread pool.
    private static let preadv2: ReadVector? = dlsym(nil, "preadv2").map { unsafeBitCast($0, to: ReadVector.self) }
}
