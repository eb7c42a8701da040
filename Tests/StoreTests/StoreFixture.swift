import Catalog
import Crypto
import DICOM
import Embedded
import Foundation
import FrameCodecs
import Store
import TestSupport
import Testing

/// A store in a temporary folder that is removed with it.
final class StoreFixture: Sendable {
    let folder: String
    private let clock = SteppingClock()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-\(UUID().uuidString)").path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Opens the store; the clock goes one millisecond forward with every look at it.
    func open(
        foreignCodec: (any ForeignCodec)? = nil, _ change: (inout StoreConfiguration) -> Void = { _ in }
    ) async throws -> Store {
        var configuration = StoreConfiguration()
        configuration.spoolDirectory = folder
        change(&configuration)
        return try await Store.open(
            configuration,
            environment: StoreEnvironment(
                now: { [clock] in clock.now }, random128: { UInt128.random(in: 0...UInt128.max) }),
            engines: EmbeddedEngines(DataDirectory(folder)), foreignCodec: foreignCodec)
    }

    /// Runs with an open store and a fresh data store in it.
    static func withDatastore<Result: Sendable>(
        format: DatastoreRecord.StorageFormat = .htj2k, foreignCodec: (any ForeignCodec)? = nil,
        _ body: (Store, Datastore) async throws -> Result
    ) async throws -> Result {
        let fixture = try StoreFixture()
        let store = try await fixture.open(foreignCodec: foreignCodec)
        var creation = DatastoreCreation()
        creation.format = format
        let datastore = try await store.open(store.createDatastore(creation).id)
        let result = try await body(store, datastore)
        try await store.close()
        return result
    }
}

extension Datastore {
    /// Imports instances in one batch.
    @discardableResult
    func ingest(_ instances: [TestInstance]) async throws -> [IngestOutcome] {
        let session = try await beginIngest(for: .request)
        var staged: [StagedInstance] = []
        for instance in instances {
            staged.append(try await session.stage(MemoryBytes(try instance.file())))
        }
        let outcomes = try await session.commit(staged).map { try $0.get() }
        await session.close()
        return outcomes
    }

    /// A job that a worker has taken and whose files, one for each instance, it has staged; answers also what it staged.
    func stageJob(
        _ instances: [TestInstance]
    ) async throws -> (job: ImportJobRecord, staged: [StoredObjectID: StagedInstance]) {
        let submitted = try await submitImportJob(
            ImportJobSubmission(
                clientToken: "t", dataAccessRoleARN: "arn:aws:iam::123456789012:role/r", inputS3URI: "s3://in/",
                outputS3URI: "s3://out/"))
        let claimed = try #require(try await claimImportJob(submitted.id, by: 1))
        let files = instances.indices.map { ImportFileRecord(key: "\($0)", byteCount: 1, state: .pending) }
        let job = try await beginImportJob(claimed, files: files)
        let session = try await beginIngest(for: .job)
        var results: [ImportFileResult] = []
        for (file, instance) in zip(files, instances) {
            let staged = try await session.stage(MemoryBytes(try instance.file()))
            results.append(ImportFileResult(file: file, outcome: .success(staged)))
        }
        let staged = try await record(results, of: job, in: session)
        await session.close()
        return (job, staged)
    }
}
