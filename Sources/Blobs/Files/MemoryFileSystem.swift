import Glibc
import Synchronization

/// A folder of files that are byte arrays and last as long as the process.
final class MemoryFileSystem: PackFileSystem {
    private let files = Mutex<[String: MemoryFile]>([:])

    var isImmediate: Bool { true }

    func list() -> [FileEntry] {
        files.withLock { files in
            files.map { FileEntry(name: $0.key, byteCount: UInt64($0.value.byteCount)) }
        }
    }

    func create(_ name: String) throws(FileError) -> any PackFile {
        let file = MemoryFile()
        let isNew = files.withLock { files in
            guard files[name] == nil else { return false }
            files[name] = file
            return true
        }
        guard isNew else { throw FileError(call: "create", number: EEXIST) }
        return file
    }

    func open(_ name: String) -> (any PackFile)? {
        files.withLock { $0[name] }
    }

    func empty(_ name: String) {
        files.withLock { $0[name] }?.empty()
    }

    func remove(_ name: String) {
        files.withLock { $0[name] = nil }
    }

    func syncDirectory() {}
}

/// A file that is a byte array.
final class MemoryFile: PackFile {
    private let bytes = Mutex<[UInt8]>([])

    var byteCount: Int {
        bytes.withLock { $0.count }
    }

    func empty() {
        bytes.withLock { $0 = [] }
    }

    func write(_ source: UnsafeRawBufferPointer, at offset: UInt64) {
        let offset = Int(offset)
        bytes.withLock { bytes in
            if bytes.count < offset {
                bytes.append(contentsOf: repeatElement(0, count: offset - bytes.count))
            }
            // Appending is what happens nearly always; it grows the array geometrically.
            let overlap = min(bytes.count - offset, source.count)
            bytes.replaceSubrange(offset..<offset + overlap, with: source[..<overlap])
            bytes.append(contentsOf: source[overlap...])
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
        bytes.withLock { bytes in
            guard offset < UInt64(bytes.count) else { return 0 }
            let start = Int(offset)
            let count = min(buffer.count, bytes.count - start)
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
            }
            return count
        }
    }

    func readCached(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
        read(into: buffer, at: offset)
    }

    func sync() {}
}
