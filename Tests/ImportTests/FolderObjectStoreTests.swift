import DICOM
import Foundation
import Glibc
import Import
import Testing

struct FolderObjectStoreTests {
    /// A bucket `b` with these files, and what lies beside it.
    private final class Bucket {
        let folder: String
        let store: FolderObjectStore

        init(_ files: [String] = []) throws {
            let base = FileManager.default.temporaryDirectory.appendingPathComponent("bucket-\(UUID().uuidString)")
            folder = base.path
            store = FolderObjectStore(buckets: ["b": folder + "/bucket"])
            try FileManager.default.createDirectory(atPath: folder + "/bucket", withIntermediateDirectories: true)
            for file in files { try put(file) }
        }

        deinit {
            try? FileManager.default.removeItem(atPath: folder)
        }

        func put(_ key: String) throws {
            let url = URL(fileURLWithPath: "\(folder)/bucket/\(key)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(key.utf8).write(to: url)
        }

        func keys(_ prefix: String = "", limits: ListingLimits = Bucket.unlimited) async throws -> [String] {
            try await store.list(S3URI(bucket: "b", key: prefix), limits: limits).map(\.key)
        }

        static let unlimited = ListingLimits(files: .max, folders: .max, bytes: .max)
    }

    @Test func keysComeInByteOrder() async throws {
        let files = ["a/b", "a-b", "a0", "Z", "ü", "z", "a b", ".hidden", "x/y/z/w"]
        let bucket = try Bucket(files)
        #expect(try await bucket.keys() == files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test func aPrefixIsAFolder() async throws {
        let bucket = try Bucket(["a/1", "ab/2", "a/c/3"])
        for prefix in ["a", "a/", "/a", "a//"] {
            #expect(try await bucket.keys(prefix).map { $0.split(separator: "/").last } == ["1", "3"], "\(prefix)")
        }
        await #expect(throws: ImportFailure.self) { try await bucket.keys("a/1") }
        await #expect(throws: ImportFailure.self) { try await bucket.keys("b") }
    }

    @Test func sizesAreTold() async throws {
        let bucket = try Bucket(["four"])
        let listed = try await bucket.store.list(S3URI(bucket: "b", key: ""), limits: Bucket.unlimited)
        #expect(listed == [ListedObject(key: "four", byteCount: 4)])
        withExtendedLifetime(bucket) {}
    }

    @Test(arguments: [
        (ListingLimits(files: 2, folders: 9, bytes: 99), "FILE_COUNTS_LIMIT exceeded: 3 files, at most 2"),
        (ListingLimits(files: 9, folders: 2, bytes: 99), "FOLDER_COUNTS_LIMIT exceeded: more than 2 folders"),
        (ListingLimits(files: 9, folders: 9, bytes: 8), "FILE_SIZE_LIMIT exceeded: 9 bytes, at most 8"),
    ])
    func limitsAreKept(limits: ListingLimits, message: String) async throws {
        let bucket = try Bucket(["a/1", "b/2", "b/3"])
        let failure = await #expect(throws: ImportFailure.self) { try await bucket.keys(limits: limits) }
        #expect(failure?.message == "DICOM import job has failed. \(message)")
        #expect(try await bucket.keys(limits: ListingLimits(files: 3, folders: 3, bytes: 9)).count == 3)
    }

    @Test func sizesOfSparseFilesDoNotOverflow() async throws {
        let bucket = try Bucket(["1", "2", "3"])
        for name in ["1", "2", "3"] { truncate("\(bucket.folder)/bucket/\(name)", 1 << 43) }
        let failure = await #expect(throws: ImportFailure.self) {
            try await bucket.keys(limits: ListingLimits(files: 9, folders: 9, bytes: 9))
        }
        #expect(failure?.message.contains("FILE_SIZE_LIMIT") == true)
    }

    // MARK: What real folders hold

    @Test func aNameThatIsNotUTF8IsListedAndCannotBeOpened() async throws {
        let bucket = try Bucket(["a"])
        for byte: CChar in [-1, -2] {
            let descriptor = open(
                Array("\(bucket.folder)/bucket/x".utf8CString.dropLast()) + [byte, 0], O_CREAT | O_WRONLY, 0o600)
            try #require(descriptor >= 0)
            close(descriptor)
        }
        #expect(try await bucket.keys() == ["a", "x\u{FFFD}"])
        await #expect(throws: (any Error).self) { try await bucket.store.open(S3URI(bucket: "b", key: "x\u{FFFD}")) }
    }

    @Test func onlyFilesAreListed() async throws {
        let bucket = try Bucket(["a"])
        try #require(mkfifo("\(bucket.folder)/bucket/pipe", 0o600) == 0)
        #expect(try await bucket.keys() == ["a"])
    }

    @Test func aLinkStandsForItsFileButLeadsNowhereElse() async throws {
        let bucket = try Bucket(["a/file"])
        let root = bucket.folder + "/bucket/"
        try Data("secret".utf8).write(to: URL(fileURLWithPath: bucket.folder + "/outside"))
        for (link, target) in [
            ("inner", "a/file"), ("outer", "../outside"), ("absolute", bucket.folder + "/outside"),
            ("dangling", "none"),
            ("folder", "a"), ("loop", "."), ("up", ".."),
        ] {
            try #require(symlink(target, root + link) == 0)
        }
        #expect(try await bucket.keys() == ["a/file", "absolute", "inner", "outer"])
        let store = bucket.store
        #expect(try await store.open(S3URI(bucket: "b", key: "inner")).count == 6)
        for key in ["outer", "absolute", "up/outside", "../outside", "a/../../outside", "%2e%2e/outside", "none", "a"] {
            await #expect(throws: (any Error).self, "\(key)") { try await store.open(S3URI(bucket: "b", key: key)) }
        }
        await #expect(throws: ImportFailure.self) { try await bucket.keys("up") }
        await #expect(throws: ImportFailure.self) { try await store.write([1], to: S3URI(bucket: "b", key: "up/new")) }
        await #expect(throws: ImportFailure.self) { try await store.prepare(S3URI(bucket: "b", key: "up/new")) }
        #expect(!FileManager.default.fileExists(atPath: bucket.folder + "/new"))
        try await store.prepare(S3URI(bucket: "b", key: "folder/new/deep"))
    }

    @Test func writtenFilesAreWholeAndMakeTheirFolders() async throws {
        let bucket = try Bucket()
        let object = S3URI(bucket: "b", key: "x/y/z")
        for bytes in [[1, 2, 3], [4]] as [[UInt8]] {
            try await bucket.store.write(bytes, to: object)
            let read = try await bucket.store.open(object)
            #expect(try Array(read.read(at: 0, count: read.count)) == bytes)
        }
        #expect(try await bucket.keys() == ["x/y/z"])
    }

    @Test func anUnknownBucketIsAFailure() async throws {
        let store = FolderObjectStore(buckets: [:])
        let object = S3URI(bucket: "c", key: "x")
        await #expect(throws: ImportFailure.self) { try await store.list(object, limits: Bucket.unlimited) }
        await #expect(throws: ImportFailure.self) { try await store.open(object) }
        await #expect(throws: ImportFailure.self) { try await store.prepare(object) }
        await #expect(throws: ImportFailure.self) { try await store.write([], to: object) }
    }
}
