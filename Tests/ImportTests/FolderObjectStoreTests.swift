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

        func keys(_ prefix: String = "", limits: ListingLimits = .unlimited) async throws -> [String] {
            try await store.list(S3URI(bucket: "b", key: prefix), owner: nil, limits: limits, except: []).map(\.key)
        }
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
        await #expect(throws: ObjectStoreError.self) { try await bucket.keys("a/1") }
        await #expect(throws: ObjectStoreError.self) { try await bucket.keys("b") }
    }

    @Test func sizesOfSparseFilesDoNotOverflow() async throws {
        let bucket = try Bucket(["1", "2", "3"])
        for name in ["1", "2", "3"] { truncate("\(bucket.folder)/bucket/\(name)", 1 << 43) }
        let failure = await #expect(throws: ObjectStoreError.self) {
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
        await #expect(throws: (any Error).self) {
            try await bucket.store.open(S3URI(bucket: "b", key: "x\u{FFFD}"), owner: nil)
        }
    }

    @Test(.timeLimit(.minutes(5))) func onlyFilesAreListed() async throws {
        let bucket = try Bucket(["a"])
        try #require(mkfifo("\(bucket.folder)/bucket/pipe", 0o600) == 0)
        #expect(try await bucket.keys() == ["a"])
        // It took a file's place: nobody waits for what it will never hold.
        await #expect(throws: ObjectStoreError.self) {
            try await bucket.store.open(S3URI(bucket: "b", key: "pipe"), owner: nil)
        }
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
        #expect(try await store.open(S3URI(bucket: "b", key: "inner"), owner: nil).count == 6)
        for key in ["outer", "absolute", "up/outside", "../outside", "a/../../outside", "%2e%2e/outside", "none", "a"] {
            await #expect(throws: (any Error).self, "\(key)") {
                try await store.open(S3URI(bucket: "b", key: key), owner: nil)
            }
        }
        await #expect(throws: ObjectStoreError.self) { try await bucket.keys("up") }
        await #expect(throws: ObjectStoreError.self) {
            try await store.write([1], to: S3URI(bucket: "b", key: "up/new"))
        }
        await #expect(throws: ObjectStoreError.self) { try await store.prepare(S3URI(bucket: "b", key: "up/new")) }
        #expect(!FileManager.default.fileExists(atPath: bucket.folder + "/new"))
        try await store.prepare(S3URI(bucket: "b", key: "folder/new/deep"))
    }

    @Test func whatACrashLeftOfAWriteIsWrittenOver() async throws {
        let bucket = try Bucket(["x/.y.part"])
        try await bucket.store.write([1, 2], to: S3URI(bucket: "b", key: "x/y"))
        #expect(try await bucket.keys() == ["x/y"])
    }

    @Test func aFolderThatCannotBeWrittenIsTold() async throws {
        let bucket = try Bucket(["file"])
        await #expect(throws: ObjectStoreError(.denied, "")) {
            try await bucket.store.prepare(S3URI(bucket: "b", key: "file/x"))
        }
        await #expect(throws: ObjectStoreError(.denied, "")) {
            try await bucket.store.write([1], to: S3URI(bucket: "b", key: "file/x"))
        }
    }

    @Test func aFileThatIsWrittenToWhileItIsReadIsNotReadOn() async throws {
        let bucket = try Bucket(["file"])
        let content = try await bucket.store.open(S3URI(bucket: "b", key: "file"), owner: nil)
        _ = try content.read(at: 0, count: 4)
        for text in ["FILE", "longer"] {
            try FileHandle(forWritingTo: URL(fileURLWithPath: bucket.folder + "/bucket/file")).write(
                contentsOf: Data(text.utf8))
            #expect(throws: (any Error).self) { try content.read(at: 0, count: 4) }
        }
    }

    @Test func mappedBucketsBelongToTheAccount() async throws {
        let bucket = try Bucket(["file"])
        let store = FolderObjectStore(buckets: ["b": bucket.folder + "/bucket"], accountID: "123456789012")
        let (folder, file) = (S3URI(bucket: "b", key: ""), S3URI(bucket: "b", key: "file"))
        #expect(try await store.list(folder, owner: "123456789012", limits: .unlimited, except: []).count == 1)
        #expect(try await store.open(file, owner: "123456789012").count == 4)
        await #expect(throws: ObjectStoreError(.denied, "")) {
            try await store.list(folder, owner: "210987654321", limits: .unlimited, except: [])
        }
        await #expect(throws: ObjectStoreError(.denied, "")) {
            try await store.open(file, owner: "210987654321")
        }
    }

    @Test func anUnknownBucketIsAFailure() async throws {
        let store = FolderObjectStore(buckets: [:])
        let object = S3URI(bucket: "c", key: "x")
        await #expect(throws: ObjectStoreError.self) {
            try await store.list(object, owner: nil, limits: .unlimited, except: [])
        }
        await #expect(throws: ObjectStoreError.self) { try await store.open(object, owner: nil) }
        await #expect(throws: ObjectStoreError.self) { try await store.prepare(object) }
        await #expect(throws: ObjectStoreError.self) { try await store.write([], to: object) }
    }
}
