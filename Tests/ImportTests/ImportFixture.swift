import Access
import Blobs
import Catalog
import Crypto
import DICOM
import Embedded
import Foundation
import ImageSets
import Logging
import Store
import Synchronization
import TestSupport
import Testing

@testable import Import

/// A store with one data store, and two folders that stand for buckets, in a temporary folder.
final class ImportFixture: Sendable {
    let folder: String
    private let clock = SteppingClock()
    private let datastoreID = Mutex<DatastoreID?>(nil)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString)").path
        for name in ["in", "out", "data"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The buckets `input` and `output`.
    var objects: FolderObjectStore {
        FolderObjectStore(buckets: ["input": folder + "/in", "output": folder + "/out"])
    }

    /// Opens the store, as after a start; blob call `failAt` fails, and every one after it.
    func open(failAt: Int? = nil) async throws -> (store: Store, datastore: Datastore, faults: FaultyEngines) {
        var configuration = StoreConfiguration()
        configuration.spoolDirectory = folder
        let engines = FaultyEngines(base: try EmbeddedEngines(DataDirectory(folder + "/data")), failAt: failAt)
        let store = try await Store.open(
            configuration,
            environment: StoreEnvironment(
                now: { [clock] in clock.now }, random128: { UInt128.random(in: 0...UInt128.max) }), engines: engines)
        let known = datastoreID.withLock { $0 }
        let id: DatastoreID
        if let known { id = known } else { id = try await store.createDatastore(DatastoreCreation()).id }
        datastoreID.withLock { $0 = id }
        return (store, try await store.open(id), engines)
    }

    /// Lets time pass.
    func advanceClock(seconds: Int64) {
        clock.advance(seconds: seconds)
    }

    /// Puts a file into the input bucket.
    func put(_ bytes: [UInt8], at key: String) throws {
        let path = URL(fileURLWithPath: "\(folder)/in/\(key)")
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: path)
    }

    /// Puts instances 1 to `count` of the default series into the input bucket.
    func putSeries(_ count: Int) throws {
        for number in 1...count { try put(TestInstance.numbered(number).file(), at: "study/\(number).dcm") }
    }

    /// A job from the input to the output bucket.
    static func submit(
        to datastore: Datastore, input: String = "s3://input/study", token: String = "1"
    ) async throws -> ImportJobID {
        try await datastore.submitImportJob(
            ImportJobSubmission(
                clientToken: token, dataAccessRoleARN: "arn:aws:iam::123456789012:role/r", inputS3URI: input,
                outputS3URI: "s3://output/results")
        ).id
    }

    /// A role that may do everything.
    static let anyRole: ImportJobRunner.RoleAssumption = { name in
        try #require(
            AssumedRole(
                name, trustedBy: Policy(#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*"}}"#),
                policies: [Policy(#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#)],
                for: .service("test"), now: 0))
    }

    static func runner(
        _ datastore: Datastore, _ objects: any ObjectStore,
        assumeRole: @escaping ImportJobRunner.RoleAssumption = anyRole
    ) -> ImportJobRunner {
        ImportJobRunner(
            datastore: datastore, objects: objects, assumeRole: assumeRole, quotas: StoreQuotas(),
            slots: StagingSlots(2),
            opening: StagingSlots(3), worker: 1,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            outagePauses: Array(repeating: .milliseconds(1), count: 6))
    }

    /// The result files of a job, by name.
    func results(of job: ImportJobRecord) throws -> [String: String] {
        let uri = try #require(job.resultS3URI.flatMap { S3URI($0) })
        let root = "\(folder)/out/\(uri.key)"
        var files: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
            guard let data = FileManager.default.contents(atPath: root + name) else { continue }
            files[name] = String(decoding: data, as: UTF8.self)
        }
        return files
    }
}

/// Embedded engines whose blob stores fail from a call on.
final class FaultyEngines: StorageEngines {
    private let base: EmbeddedEngines
    private let failAt: Int?
    private let opened = Mutex<[FailingBlobStore]>([])

    init(base: EmbeddedEngines, failAt: Int?) {
        self.base = base
        self.failAt = failAt
    }

    var wasTouched: Bool { opened.withLock { $0.contains { $0.wasTouched } } }

    var keyring: LocalKeyring { base.keyring }

    func openServiceCatalog() async throws -> any ServiceCatalog {
        try await base.openServiceCatalog()
    }

    func openCatalog(of datastore: DatastoreID) async throws -> any Catalog {
        try await base.openCatalog(of: datastore)
    }

    func openBlobs(of datastore: DatastoreID, key: SymmetricKey) async throws -> any BlobStore {
        let blobs = try await base.openBlobs(of: datastore, key: key)
        guard let failAt else { return blobs }
        let failing = FailingBlobStore(blobs, failAt: failAt, .forever)
        opened.withLock { $0.append(failing) }
        return failing
    }

    func destroy(_ datastore: DatastoreID) async throws {
        try await base.destroy(datastore)
    }
}

/// An object store that does something before each call.
struct WatchedObjectStore: ObjectStore {
    enum Call: Sendable {
        case list, open(String), prepare, write(String)
        /// An object is about to be there: all its bytes have been handed over.
        case finish(String)
    }

    let base: any ObjectStore
    let before: @Sendable (Call) async throws -> Void

    func list(
        _ folder: S3URI, owner: String?, limits: ListingLimits, except: Set<String>
    ) async throws -> [ListedObject] {
        try await before(.list)
        return try await base.list(folder, owner: owner, limits: limits, except: except)
    }

    func open(_ object: S3URI, owner: String?) async throws -> any RandomAccessBytes {
        try await before(.open(object.key))
        return try await base.open(object, owner: owner)
    }

    func prepare(_ folder: S3URI) async throws {
        try await before(.prepare)
        try await base.prepare(folder)
    }

    func write(
        to object: S3URI, _ body: (_ append: ([UInt8]) async throws -> Void) async throws -> Void
    ) async throws {
        try await before(.write(object.key))
        try await base.write(to: object) { append in
            var pieces: [[UInt8]] = []
            try await body { pieces.append($0) }
            try await before(.finish(object.key))
            for piece in pieces { try await append(piece) }
        }
    }
}
