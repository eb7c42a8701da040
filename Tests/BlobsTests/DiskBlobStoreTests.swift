import Glibc
import NIOCore
import TestSupport
import Testing

@testable import Blobs

struct DiskBlobStoreTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/packs" }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func mode(of path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test(
        arguments: BlobStoreSuite.checks, [PackOptions(), PackOptions(maximumPackLength: 10_000, maximumOpenPacks: 1)])
    func keepsTheContract(_ check: BlobStoreSuite.Check, options: PackOptions) async throws {
        let store = try DiskBlobStore(directory: path, key: testKey, options: options)
        try await check.run(on: store)
        try await store.close()
    }

    @Test func keepsBlobsBeyondItsLife() async throws {
        let blobs = [pattern(0), pattern(186 << 10), pattern((2 << 20) + 1)]
        var locations: [BlobLocation] = []
        let store = try DiskBlobStore(directory: path, key: testKey)
        let writer = try await store.beginWriting(.own)
        for blob in blobs { locations.append(try await writer.append(blob)) }
        try await writer.commit()
        await writer.close()
        try await store.close()
        let later = try DiskBlobStore(directory: path, key: testKey)
        for (location, blob) in zip(locations, blobs) {
            #expect(try await later.read(location) == blob)
        }
        #expect(try await later.packs().map(\.isOpen) == [false])
    }

    @Test func filesAreForTheirOwnerOnly() async throws {
        let store = try DiskBlobStore(directory: path, key: testKey)
        let writer = try await store.beginWriting(.own)
        _ = try await writer.append(pattern(10))
        #expect(folder.names(in: "packs") == ["0000000000000001.pack"])
        #expect(mode(of: path) == 0o700)
        #expect(mode(of: path + "/0000000000000001.pack") == 0o600)
    }

    @Test func otherFilesInTheFolderAreLeftAlone() async throws {
        var store = try DiskBlobStore(directory: path, key: testKey)
        #expect(creat(path + "/notes", 0o600) >= 0)
        #expect(mkdir(path + "/0000000000000009.pack", 0o700) == 0)
        #expect(symlink("/etc/passwd", path + "/0000000000000008.pack") == 0)
        store = try DiskBlobStore(directory: path, key: testKey)
        #expect(try await store.packs().isEmpty)
        #expect(folder.names(in: "packs").count == 3)
        await #expect(throws: BlobError(.inputOutput, "")) {
            _ = try await store.read(BlobLocation(pack: PackID(rawValue: 8), offset: 96, length: 1))
        }
    }

    @Test func aFolderThatCannotBeMadeIsAnError() {
        #expect(throws: BlobError(.inputOutput, "")) {
            try DiskBlobStore(directory: folder.path + "/absent/packs", key: testKey)
        }
    }

    @Test func aReadWithoutWaitingFindsWhatWasJustWritten() throws {
        // Where the kernel or the file system cannot read without waiting, the answer is 0, and all reads take the pool.
        let files = try POSIXFileSystem(path: path)
        let file = try files.create("file")
        try Array("Isocenter".utf8).withUnsafeBytes { try file.write($0, at: 1000) }
        var bytes = [UInt8](repeating: 0, count: 9)
        let count = bytes.withUnsafeMutableBytes { file.readCached(into: $0, at: 1000) }
        #expect(count == 0 || bytes == Array("Isocenter".utf8))
        #expect(try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 1005) } == 4)
        #expect(try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 5000) } == 0)
    }
}
