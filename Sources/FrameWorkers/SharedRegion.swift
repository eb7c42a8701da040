import CFrameWorkers
import Glibc

/// Memory that a server and a frame worker both see, so that frames are handed over without a pipe between.
///
/// It has no name, takes up only the pages that were written, and is sealed: a worker cannot make it smaller, which
/// would end its server. What a worker wrote is copied out once, before anything is decided by it: a worker that was
/// taken over might change it meanwhile.
public final class SharedRegion: Sendable {
    /// Room for the largest frame as it came, and for all its resolutions.
    public static let byteCount = 1 << 30
    /// What is kept of the region's pages between frames.
    private static let retainedByteCount = 32 << 20

    let descriptor: Int32
    private nonisolated(unsafe) let start: UnsafeMutableRawPointer

    /// Makes a region; nil when the system gives none.
    init?() {
        let descriptor = fw_make_sealed_memory("isocenter-frames", Self.byteCount)
        guard descriptor >= 0 else { return nil }
        guard let start = Self.map(descriptor) else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.start = start
    }

    /// The region that a worker was started with; nil when there is none.
    public init?(inherited descriptor: Int32) {
        guard let start = Self.map(descriptor) else { return nil }
        self.descriptor = descriptor
        self.start = start
    }

    deinit {
        munmap(start, Self.byteCount)
        close(descriptor)
    }

    /// The bytes of `range`, which lies in the region.
    public func bytes(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= Self.byteCount, "outside the shared region")
        return UnsafeMutableRawBufferPointer(start: start + range.lowerBound, count: range.count)
    }

    /// A copy of the bytes of `range`.
    func copy(_ range: Range<Int>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: range.count) { output, count in
            UnsafeMutableRawBufferPointer(output).copyMemory(from: UnsafeRawBufferPointer(bytes(range)))
            count = range.count
        }
    }

    /// Gives back pages after a large frame of which `end` bytes were used.
    func release(from end: Int) {
        guard end > Self.retainedByteCount else { return }
        // Failing, the pages stay with the region until it goes.
        _ = fw_release_pages(descriptor, Self.retainedByteCount, end - Self.retainedByteCount)
    }

    private static func map(_ descriptor: Int32) -> UnsafeMutableRawPointer? {
        let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        return start == MAP_FAILED ? nil : start
    }
}
