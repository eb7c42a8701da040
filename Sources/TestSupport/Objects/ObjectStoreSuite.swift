import DICOM
public import Import

/// What every ``ObjectStore`` promises, checked against any implementation.
///
/// Each check takes keys below a prefix of its own, so one bucket serves them all.
public struct ObjectStoreSuite: Sendable {
    /// A promise, checked on a store below a folder that is empty.
    public typealias Check = ContractCheck<(suite: ObjectStoreSuite, folder: S3URI)>

    /// The store under test.
    public var store: any ObjectStore
    /// A bucket that is there.
    public var bucket: String
    /// Names that objects get in the check of odd keys, for a store that cannot have all of ``oddNames``.
    public var names: [String]
    /// Objects in the check of long listings.
    public var manyObjects: Int
    /// Whether writing to a bucket that is not there makes it, as some servers do.
    public var makesBuckets = false

    /// A suite for a store with a bucket.
    public init(
        _ store: any ObjectStore, bucket: String, names: [String] = ObjectStoreSuite.oddNames, manyObjects: Int = 1_100
    ) {
        self.store = store
        self.bucket = bucket
        self.names = names
        self.manyObjects = manyObjects
    }

    /// Runs one check below a prefix that nothing else uses.
    public func run(_ check: Check) async throws {
        try await check.run(on: (self, S3URI(bucket: bucket, key: "suite-\(UInt64.random(in: 0...UInt64.max))/")))
    }

    /// Names that have broken clients: what URLs, forms, XML and shells treat in a way of their own.
    public static let oddNames = [
        "a b", " lead", "trail ", "a+b", "a%20b", "100%", "%", "%%", "%zz", "a&b=c", "q?x=1", "h#f", "s;t", "c:d",
        "e,f",
        "at@", "$x", "it's", "\"q\"", "<x>", "a*b", "~t", "(p)", "[b]", "{c}", "a|b", "a\\b", "^", "`", "!", "=",
        ".dot",
        "..x", "x..", "...", "ä", "a\u{308}", "日本語", "😀", "\u{301}accent", "é+ %2B", "&amp;", "]]>",
    ]

    /// All promises.
    public static let checks: [Check] = [
        Check("what is written reads back, whole and at any place") { suite, folder in
            // One request, and more than one part of an upload.
            for size in [0, 1, 4_096, 5 << 20, (17 << 20) + 3] {
                let bytes = pattern(size)
                let object = folder.appending("\(size)")
                try await suite.store.write(to: object) { append in
                    for start in stride(from: 0, to: size, by: 1 << 20) {
                        try await append(Array(bytes[start..<min(start + (1 << 20), size)]))
                    }
                }
                let content = try await suite.store.open(object, owner: nil)
                try expect(content.count, size)
                try expect(content.read(at: 0, count: size).elementsEqual(bytes), true)
                try expect(content.read(at: size / 2, count: size - size / 2).elementsEqual(bytes[(size / 2)...]), true)
                try await expect(
                    suite.list(folder).first { $0.key == object.key },
                    ListedObject(key: object.key, byteCount: Int64(size)))
                try await suite.store.write([], to: object)
            }
        },
        Check("a second write replaces the first") { suite, folder in
            let object = folder.appending("x")
            for bytes in [[1, 2, 3], [4], []] as [[UInt8]] {
                try await suite.store.write(bytes, to: object)
                let content = try await suite.store.open(object, owner: nil)
                try expect(Array(content.read(at: 0, count: content.count)), bytes)
            }
            try await expect(suite.list(folder).map(\.key), [object.key])
        },
        Check("a write that fails leaves what was there") { suite, folder in
            struct Failure: Error, Equatable {}
            let object = folder.appending("x")
            try await suite.store.write([7], to: object)
            for size in [1, 9 << 20] {
                do {
                    try await suite.store.write(to: object) { append in
                        try await append(pattern(size))
                        throw Failure()
                    }
                    throw SuiteViolation("the failure of the body was swallowed", file: #fileID, line: #line)
                } catch is Failure {}
            }
            try await expect(suite.list(folder), [ListedObject(key: object.key, byteCount: 1)])
        },
        Check("odd keys are written, listed in byte order, and read") { suite, folder in
            for name in suite.names { try await suite.store.write(Array(name.utf8), to: folder.appending(name)) }
            let expected = suite.names.map { folder.key + $0 }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            let found = try await suite.list(folder)
            try expect(found.map { Array($0.key.utf8) }, expected.map { Array($0.utf8) })
            for object in found {
                let content = try await suite.store.open(S3URI(bucket: suite.bucket, key: object.key), owner: nil)
                try expect(
                    Array(content.read(at: 0, count: content.count)),
                    Array(object.key.utf8.dropFirst(folder.key.utf8.count)))
            }
        },
        Check("odd folders are listed") { suite, folder in
            for name in ["a b", "a+b", "%2F", "ü", "x&y"] where suite.names.contains("a b") {
                let inner = folder.appending(name)
                try await suite.store.write([1], to: inner.appending("file"))
                try await expect(suite.list(inner).map(\.key), [inner.appending("file").key])
            }
        },
        Check("a long listing is whole and in byte order") { suite, folder in
            let keys = (0..<suite.manyObjects).map { folder.key + "f\($0 % 7)/\($0)" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, key) in keys.enumerated() {
                    if index >= 16 { _ = try await group.next() }
                    group.addTask { try await suite.store.write([1], to: S3URI(bucket: suite.bucket, key: key)) }
                }
                try await group.waitForAll()
            }
            try await expect(
                suite.list(folder).map(\.key), keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        },
        Check("a folder is a folder, not a string prefix, and its marker is no file") { suite, folder in
            for name in ["a/1", "a/b/2", "ab/3", "a.txt"] {
                try await suite.store.write([1], to: folder.appending(name))
            }
            try await suite.store.prepare(folder.appending("a"))
            for name in ["a", "a/"] {
                try await expect(
                    suite.list(folder.appending(name)).map(\.key), ["a/1", "a/b/2"].map { folder.key + $0 })
            }
        },
        Check("what is excepted is neither listed nor counted") { suite, folder in
            for name in ["a", "b", "c"] { try await suite.store.write([1, 2], to: folder.appending(name)) }
            let limits = ListingLimits(files: 2, folders: 1, bytes: 4)
            let found = try await suite.store.list(folder, owner: nil, limits: limits, except: [folder.key + "b"])
            try expect(found.map(\.key), ["a", "c"].map { folder.key + $0 })
        },
        Check("limits are kept and told") { suite, folder in
            for name in ["a/1", "b/2", "b/3"] { try await suite.store.write([1, 2, 3], to: folder.appending(name)) }
            for (limits, told) in [
                (ListingLimits(files: 2, folders: 9, bytes: 99), "FILE_COUNTS_LIMIT exceeded: 3 files, at most 2"),
                (ListingLimits(files: 9, folders: 2, bytes: 99), "FOLDER_COUNTS_LIMIT exceeded: more than 2 folders"),
                (ListingLimits(files: 9, folders: 9, bytes: 8), "FILE_SIZE_LIMIT exceeded: 9 bytes, at most 8"),
            ] {
                do {
                    _ = try await suite.store.list(folder, owner: nil, limits: limits, except: [])
                    throw SuiteViolation("no limit was kept: \(told)", file: #fileID, line: #line)
                } catch let error as ObjectStoreError {
                    try expect(error.code, .overLimit)
                    try expect(error.message, "DICOM import job has failed. \(told)")
                }
            }
            let exact = ListingLimits(files: 3, folders: 3, bytes: 9)
            try await expect(suite.store.list(folder, owner: nil, limits: exact, except: []).count, 3)
        },
        Check("what is absent is told by kind") { suite, folder in
            try await suite.store.prepare(folder)
            try await suite.expectFailure(.noSuchObject) {
                _ = try await suite.store.open(folder.appending("none"), owner: nil)
            }
            let elsewhere = S3URI(bucket: "no-such-bucket-\(folder.key.utf8.count)", key: "x")
            try await suite.expectFailure(.noSuchBucket) { _ = try await suite.list(elsewhere) }
            try await suite.expectFailure(.noSuchBucket) { _ = try await suite.store.open(elsewhere, owner: nil) }
            guard !suite.makesBuckets else { return }
            try await suite.expectFailure(.noSuchBucket) { try await suite.store.prepare(elsewhere) }
            try await suite.expectFailure(.noSuchBucket) { try await suite.store.write([1], to: elsewhere) }
        },
    ]

    private func list(_ folder: S3URI) async throws -> [ListedObject] {
        try await store.list(folder, owner: nil, limits: .unlimited, except: [])
    }

    private func expectFailure(_ code: ObjectStoreError.Code, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ObjectStoreError {
            return try expect(error.code, code)
        }
        throw SuiteViolation("\(code) was not told", file: #fileID, line: #line)
    }

    /// Bytes that are not the same at any two places of a part.
    private static func pattern(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            var state: UInt32 = 1
            for index in 0..<count {
                state = state &* 1_664_525 &+ 1_013_904_223
                buffer[index] = UInt8(state >> 24)
            }
            initialized = count
        }
    }
}
