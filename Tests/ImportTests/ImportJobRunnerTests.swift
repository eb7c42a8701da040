import Catalog
import DICOM
import Foundation
import ImageSets
import Import
import Logging
import Store
import Synchronization
import TestSupport
import Testing

struct ImportJobRunnerTests {
    /// What must be the same whatever happened on the way.
    private static func check(
        _ fixture: ImportFixture, _ datastore: Datastore, _ id: ImportJobID, files: Int, _ comment: Comment
    ) async throws {
        let job = try await datastore.importJob(id)
        #expect(job.status == .completed, comment)
        let sets = try await datastore.searchImageSets(ImageSetQuery(limit: 10))
        #expect(sets.map(\.imageSet.latestVersion) == [1], comment)
        let found = try await datastore.instances(
            IndexQuery(matches: [], offset: 0, limit: 100), order: .instanceNumber)
        #expect(found.map(\.instance.attributes.instanceNumber) == (1...files).map { $0 }, comment)
        let results = try fixture.results(of: job)
        #expect(results.keys.sorted() == ["SUCCESS/success.ndjson", "job-output-manifest.json"], comment)
        #expect(results["SUCCESS/success.ndjson"]?.split(separator: "\n").count == files, comment)
        #expect(results["job-output-manifest.json"]?.contains("\"numberOfImportedFiles\":\(files)") == true, comment)
    }

    /// The store fails from its n-th blob call on and is then started again, for every n.
    @Test(.timeLimit(.minutes(5))) func aJobEndsAsIfNothingHadHappened() async throws {
        var call = 1
        while true {
            let fixture = try ImportFixture()
            try fixture.putSeries(3)
            let (store, datastore, faults) = try await fixture.open(failAt: call)
            let id = try await ImportFixture.submit(to: datastore)
            do {
                try await ImportFixture.runner(datastore, fixture.objects).run(id)
                #expect(!faults.wasTouched)
            } catch {
                #expect(faults.wasTouched, "\(error)")
                #expect(try await datastore.importJob(id).status != .failed)
            }
            try? await store.close()
            let (again, reopened, _) = try await fixture.open()
            #expect(try await again.unfinishedImportJobs().map(\.job) == (faults.wasTouched ? [id] : []))
            try await ImportFixture.runner(reopened, fixture.objects).run(id)
            try await Self.check(fixture, reopened, id, files: 3, "call \(call)")
            try await again.close()
            if !faults.wasTouched { break }
            call += 1
        }
        #expect(call > 5)
    }

    private struct Interrupted: Error {}

    /// The process ends before its n-th call of the buckets, for every n; results are written again byte for byte.
    @Test(.timeLimit(.minutes(5))) func aJobGoesOnFromWhereverItStood() async throws {
        var call = 1
        while true {
            let fixture = try ImportFixture()
            try fixture.putSeries(2)
            let (store, datastore, _) = try await fixture.open()
            let id = try await ImportFixture.submit(to: datastore)
            let count = Mutex(0)
            let last = call
            let objects = WatchedObjectStore(base: fixture.objects) { step in
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                // A file that cannot be opened fails alone; that is another test.
                if case .open = step { return }
                if number >= last { throw Interrupted() }
            }
            var isDone = false
            do {
                try await ImportFixture.runner(datastore, objects).run(id)
                isDone = true
            } catch is Interrupted {}
            try await ImportFixture.runner(datastore, fixture.objects).run(id)
            try await Self.check(fixture, datastore, id, files: 2, "call \(call)")
            try await store.close()
            if isDone { break }
            call += 1
        }
        #expect(call > 4)
    }

    @Test func writingResultsAgainGivesTheSameBytes() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(3)
        try fixture.put([1, 2, 3], at: "study/none.dcm")
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        let written = Mutex<[String: [UInt8]]>([:])
        let folder = fixture.folder + "/out/"
        let objects = WatchedObjectStore(base: fixture.objects) { step in
            guard case .finish(let key) = step, key.hasSuffix("manifest.json") else { return }
            // All but the manifest are there: keep them, and end.
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where name.hasSuffix("ndjson") {
                let data = FileManager.default.contents(atPath: folder + name)
                written.withLock { $0[name] = data.map { Array($0) } }
            }
            throw Interrupted()
        }
        await #expect(throws: Interrupted.self) { try await ImportFixture.runner(datastore, objects).run(id) }
        try await ImportFixture.runner(datastore, fixture.objects).run(id)
        let first = written.withLock { $0 }
        #expect(first.count == 2)
        for (name, bytes) in first {
            #expect(FileManager.default.contents(atPath: folder + name).map { Array($0) } == bytes)
        }
        try await store.close()
    }

    @Test func aJobThatHasEndedIsNotRunAgain() async throws {
        let fixture = try ImportFixture()
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        try await ImportFixture.runner(datastore, fixture.objects).run(id)
        let failed = try await datastore.importJob(id)
        #expect(failed.status == .failed)
        try fixture.putSeries(1)
        try await ImportFixture.runner(datastore, fixture.objects).run(id)
        #expect(try await datastore.importJob(id) == failed)
        try await store.close()
    }

    @Test(arguments: ["s3://input/absent", "s3://input/empty", "s3://unknown/x", "s3://input/../out", "s3://input/./x"])
    func aJobWithoutInputFailsAndSaysWhy(input: String) async throws {
        let fixture = try ImportFixture()
        try FileManager.default.createDirectory(
            atPath: fixture.folder + "/in/empty", withIntermediateDirectories: true)
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore, input: input)
        try await ImportFixture.runner(datastore, fixture.objects).run(id)
        let job = try await datastore.importJob(id)
        #expect(job.status == .failed)
        #expect(job.message?.isEmpty == false)
        try await store.close()
    }

    // MARK: Files that fail alone

    /// Bytes that end, or cannot be read any more, from a place on.
    private struct BrokenBytes: RandomAccessBytes {
        let base: any RandomAccessBytes
        let end: Int
        var count: Int { base.count }

        func read(at offset: Int, count: Int) throws -> ArraySlice<UInt8> {
            guard offset + count <= end else { throw Interrupted() }
            return try base.read(at: offset, count: count)
        }
    }

    private struct BrokenObjectStore: ObjectStore {
        let base: any ObjectStore
        let end: Int?

        func list(
            _ folder: S3URI, owner: String?, limits: ListingLimits, except: Set<String>
        ) async throws -> [ListedObject] {
            try await base.list(folder, owner: owner, limits: limits, except: except)
        }
        func open(_ object: S3URI, owner: String?) async throws -> any RandomAccessBytes {
            let bytes = try await base.open(object, owner: owner)
            guard object.key.hasSuffix("/2.dcm") else { return bytes }
            guard let end else { throw Interrupted() }
            return BrokenBytes(base: bytes, end: end)
        }
        func prepare(_ folder: S3URI) async throws { try await base.prepare(folder) }
        func write(
            to object: S3URI, _ body: (_ append: ([UInt8]) async throws -> Void) async throws -> Void
        ) async throws { try await base.write(to: object, body) }
    }

    /// In the preamble, the meta information, the data set, the pixel data; nil: when it is opened.
    @Test(arguments: [nil, 0, 140, 400, 900] as [Int?])
    func aFileThatCannotBeReadToItsEndFailsAlone(end: Int?) async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(3)
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        try await ImportFixture.runner(datastore, BrokenObjectStore(base: fixture.objects, end: end)).run(id)
        let job = try await datastore.importJob(id)
        #expect(job.status == .completed)
        let results = try fixture.results(of: job)
        #expect(results["SUCCESS/success.ndjson"]?.split(separator: "\n").count == 2)
        let failure = try #require(results["FAILURE/failure.ndjson"])
        #expect(failure.contains("\"inputFile\":\"study/2.dcm\""))
        #expect(failure.contains("InternalServerException"))
        #expect(results["job-output-manifest.json"]?.contains("\"numberOfFilesWithServerError\":1") == true)
        try await store.close()
    }

    @Test func aFileOverTheLimitAndAFileThatIsNoDICOMFailAlone() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(1)
        try fixture.put(Array("no DICOM at all".utf8), at: "study/readme.txt")
        try fixture.put([], at: "study/empty")
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        try await ImportFixture.runner(datastore, fixture.objects).run(id)
        let counts = try await datastore.importFileCounts(of: id)
        #expect(counts.imported == 1)
        #expect(counts.customerErrors == 2)
        try await store.close()
    }

    // MARK: Buckets that fail

    /// What one job looks like when a bucket fails in a call.
    private static func run(
        files: Int = 3, failing: @escaping @Sendable (WatchedObjectStore.Call) throws -> Void
    ) async throws -> (job: ImportJobRecord, counts: ImportFileCounts, results: [String: String]) {
        let fixture = try ImportFixture()
        try fixture.putSeries(files)
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        let objects = WatchedObjectStore(base: fixture.objects) { try failing($0) }
        try await ImportFixture.runner(datastore, objects).run(id)
        let job = try await datastore.importJob(id)
        let counts = try await datastore.importFileCounts(of: id)
        let results = job.status == .completed ? try fixture.results(of: job) : [:]
        try await store.close()
        return (job, counts, results)
    }

    @Test(arguments: [
        (ObjectStoreError.Code.noSuchObject, "not in its bucket"), (.denied, "denied"), (.changed, "changed"),
        (.failed, "failed"),
    ])
    func aFileThatVanishesChangesOrIsDeniedFailsAlone(code: ObjectStoreError.Code, told: String) async throws {
        let (job, counts, results) = try await Self.run { call in
            guard case .open("study/2.dcm") = call else { return }
            throw ObjectStoreError(code, "It \(told)")
        }
        #expect(job.status == .completed)
        #expect(counts.imported == 2)
        #expect(counts.serverErrors == 1)
        #expect(results["FAILURE/failure.ndjson"]?.contains(told) == true)
    }

    @Test func aFileThatGrewOrShrankAfterItWasListedFailsAlone() async throws {
        for bytes in [[1, 2, 3], [UInt8](repeating: 0, count: 9_000)] as [[UInt8]] {
            let fixture = try ImportFixture()
            try fixture.putSeries(3)
            let (store, datastore, _) = try await fixture.open()
            let id = try await ImportFixture.submit(to: datastore)
            let objects = WatchedObjectStore(base: fixture.objects) { call in
                guard case .open("study/2.dcm") = call else { return }
                try fixture.put(bytes, at: "study/2.dcm")
            }
            try await ImportFixture.runner(datastore, objects).run(id)
            let job = try await datastore.importJob(id)
            #expect(job.status == .completed)
            #expect(try await datastore.importFileCounts(of: id).imported == 2)
            #expect(try fixture.results(of: job)["FAILURE/failure.ndjson"]?.contains("changed") == true)
            try await store.close()
        }
    }

    @Test func anOutageIsWaitedFor() async throws {
        let known = Mutex<Set<String>>([])
        let (job, counts, _) = try await Self.run { call in
            // Each call finds the bucket down once.
            let isFirst = known.withLock { $0.insert("\(call)").inserted }
            if isFirst { throw ObjectStoreError(.unavailable, "down") }
        }
        #expect(job.status == .completed)
        #expect(counts.imported == 3)
    }

    @Test func anOutageThatLastsFailsTheFilesAlone() async throws {
        let (job, counts, results) = try await Self.run { call in
            if case .open = call { throw ObjectStoreError(.unavailable, "S3 could not be reached") }
        }
        #expect(job.status == .completed)
        #expect(counts.serverErrors == 3)
        #expect(results["FAILURE/failure.ndjson"]?.contains("could not be reached") == true)
        #expect(results["job-output-manifest.json"]?.contains("\"numberOfImportedFiles\":0") == true)
    }

    @Test(arguments: [ObjectStoreError.Code.denied, .noSuchBucket, .unavailable, .failed, .overLimit])
    func aBucketThatCannotBeListedFailsTheJobAndSaysWhy(code: ObjectStoreError.Code) async throws {
        let (job, counts, _) = try await Self.run { call in
            if case .list = call { throw ObjectStoreError(code, "Why it failed") }
        }
        #expect(job.status == .failed)
        #expect(job.message == "Why it failed")
        #expect(counts.scanned == 0)
    }

    @Test func anOutputThatCannotBeWrittenFailsTheJobBeforeAnythingIsDone() async throws {
        let (job, counts, _) = try await Self.run { call in
            if case .prepare = call { throw ObjectStoreError(.denied, "Access to the output is denied") }
        }
        #expect(job.status == .failed)
        #expect(job.message == "Access to the output is denied")
        #expect(counts.scanned == 0)
    }

    @Test(arguments: ["success.ndjson", "manifest.json"])
    func anOutputThatCanNoLongerBeWrittenFailsTheJobAndTellsWhatWasDone(name: String) async throws {
        let (job, counts, _) = try await Self.run { call in
            guard case .write(let key) = call, key.hasSuffix(name) else { return }
            throw ObjectStoreError(.noSuchBucket, "Bucket output does not exist")
        }
        #expect(job.status == .failed)
        #expect(counts.imported == 3)
        #expect(job.message?.hasPrefix("3 of 3 files were imported") == true)
        #expect(job.message?.hasSuffix("Bucket output does not exist") == true)
    }

    @Test func resultsAreWrittenThoughAnImageSetWasDeletedMeanwhile() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(1)
        let (store, datastore, _) = try await fixture.open()
        let id = try await ImportFixture.submit(to: datastore)
        let objects = WatchedObjectStore(base: fixture.objects) { step in
            guard case .write(let key) = step, key.hasSuffix("success.ndjson") else { return }
            for hit in try await datastore.searchImageSets(ImageSetQuery(limit: 10)) {
                _ = try await datastore.deleteImageSet(hit.imageSet.id)
            }
        }
        try await ImportFixture.runner(datastore, objects).run(id)
        #expect(try await datastore.importJob(id).status == .completed)
        try await store.close()
    }

    /// Whatever is done first: the outcome is decided in byte order of key.
    @Test func theOrderInWhichFilesAreDoneDoesNotMatter() async throws {
        var seen: Set<[String]> = []
        for round in 0..<4 {
            let fixture = try ImportFixture()
            try fixture.putSeries(8)
            for (name, patient) in [("0-first", "A"), ("9-last", "B"), ("5-middle", "C")] {
                var instance = TestInstance.numbered(1)
                instance.patientName = patient
                try fixture.put(instance.file(), at: "study/\(name).dcm")
            }
            let (store, datastore, _) = try await fixture.open()
            let id = try await ImportFixture.submit(to: datastore)
            let objects = WatchedObjectStore(base: fixture.objects) { call in
                guard case .open(let key) = call else { return }
                // Another order in each round.
                let turn = (key.utf8.reduce(round) { $0 &* 31 &+ Int($1) } & 7) * (round + 1)
                try await Task.sleep(for: .milliseconds(turn))
            }
            try await ImportFixture.runner(datastore, objects).run(id)
            let results = try fixture.results(of: await datastore.importJob(id))
            let found = try await datastore.instances(
                IndexQuery(matches: [], offset: 0, limit: 100), order: .instanceNumber)
            let names = try await datastore.searchImageSets(ImageSetQuery(limit: 9))
                .map { "\($0.imageSet.attributes.patientName ?? "") \($0.imageSet.latestVersion)" }
            let lines = (results["SUCCESS/success.ndjson"] ?? "").split(separator: "\n")
                .map { String($0.prefix { $0 != "," }) }
            seen.insert(lines + names + found.map(\.instance.attributes.sopInstanceUID))
            try await store.close()
        }
        #expect(seen.count == 1)
        #expect(seen.first?.count == 11 + 1 + 8)
    }

    @Test(.timeLimit(.minutes(5))) func aLargeJobDoesNotHoldUpASmallOneOfAnotherDataStore() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(80)
        for number in 1...2 { try fixture.put(TestInstance.numbered(number).file(), at: "small/\(number).dcm") }
        let (store, large, _) = try await fixture.open()
        let small = try await store.open(store.createDatastore(DatastoreCreation()).id)
        let first = try await ImportFixture.submit(to: large)
        // However late this task has its turn: no file is opened before both jobs have begun.
        let haveBegun = Mutex(false)
        let opened = Mutex<[String]>([])
        let objects = WatchedObjectStore(base: fixture.objects) { call in
            guard case .open(let key) = call else { return }
            while !haveBegun.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            opened.withLock { $0.append(key) }
        }
        let service = ImportService(
            store: store, objects: objects,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let running = Task { try await service.run() }
        while try await large.importFileCounts(of: first).scanned == 0 { try await Task.sleep(for: .milliseconds(1)) }
        let second = try await ImportFixture.submit(to: small, input: "s3://input/small")
        while try await small.importFileCounts(of: second).scanned == 0 { try await Task.sleep(for: .milliseconds(1)) }
        haveBegun.withLock { $0 = true }
        for (datastore, job) in [(small, second), (large, first)] {
            while try await datastore.importJob(job).status != .completed {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        // Its files took turns with those of the large job: that may have had as many open as it can, and then one each.
        let last = opened.withLock { $0.lastIndex { $0.hasPrefix("small/") } }
        #expect(try #require(last) < 20, "\(opened.withLock { $0 })")
        running.cancel()
        try await running.value
        try await store.close()
    }

    /// A file hangs, or the JSON metadata that are laid over it: the other jobs go on, also of the same data store, and
    /// the job itself when the bucket answers again.
    @Test(.timeLimit(.minutes(5)), arguments: ["", "meta.json"])
    func anObjectThatHangsHoldsUpNoOtherJob(object: String) async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(20)
        try fixture.put(Array("{}".utf8), at: "study/meta.json")
        for number in 1...2 { try fixture.put(TestInstance.numbered(number).file(), at: "small/\(number).dcm") }
        let (store, datastore, _) = try await fixture.open()
        let other = try await store.open(store.createDatastore(DatastoreCreation()).id)
        let isHanging = Mutex(true)
        let objects = WatchedObjectStore(base: fixture.objects) { call in
            guard case .open(let key) = call, key.hasPrefix("study/"), key.hasSuffix(object) else { return }
            while isHanging.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
        }
        let service = ImportService(
            store: store, objects: objects,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let running = Task { try await service.run() }
        var hanging: [ImportJobID] = []
        for token in ["a", "b", "c"] {
            var submission = ImportJobSubmission(
                clientToken: token, dataAccessRoleARN: "arn:aws:iam::123456789012:role/r",
                inputS3URI: "s3://input/study", outputS3URI: "s3://output/results")
            submission.importConfiguration =
                #"{"dicomJsonMetadataImportConfiguration":{"dicomMetadataMappings":[{"studyInstanceUID":""#
                + TestInstance.numbered(1).study + #"","metadataFilePath":"meta.json"}]}}"#
            hanging.append(try await datastore.submitImportJob(submission).id)
        }
        for id in hanging {
            while try await datastore.importFileCounts(of: id).scanned == 0 {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        for (place, token) in [(other, "d"), (datastore, "e")] {
            let id = try await ImportFixture.submit(to: place, input: "s3://input/small", token: token)
            while try await place.importJob(id).status != .completed { try await Task.sleep(for: .milliseconds(2)) }
        }
        for id in hanging { #expect(try await datastore.importFileCounts(of: id).pending == 20) }
        isHanging.withLock { $0 = false }
        for id in hanging {
            while try await datastore.importJob(id).status != .completed { try await Task.sleep(for: .milliseconds(5)) }
        }
        running.cancel()
        try await running.value
        try await store.close()
    }

    @Test(.timeLimit(.minutes(5))) func theServiceRunsWhatIsSubmittedAndWhatWasLeft() async throws {
        let fixture = try ImportFixture()
        try fixture.putSeries(2)
        let (first, datastore, _) = try await fixture.open()
        let left = try await ImportFixture.submit(to: datastore, token: "left")
        try await first.close()
        let (store, reopened, _) = try await fixture.open()
        try await store.createRole(
            "r", trustPolicy: #"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*"}}"#)
        try await store.setPolicy(
            #"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#, named: "all", ofRole: "r")
        let service = ImportService(
            store: store, objects: fixture.objects,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let running = Task { try await service.run() }
        let submitted = try await ImportFixture.submit(to: reopened, token: "submitted")
        for id in [left, submitted] {
            while try await reopened.importJob(id).status != .completed { try await Task.sleep(for: .milliseconds(5)) }
        }
        running.cancel()
        try await running.value
        try await store.close()
    }
}
