import ArgumentParser
import Catalog
import Embedded
import Foundation
import ImageSets
import Import
import Logging
import Store

/// Imports a local folder: the same import job as StartDICOMImportJob, without S3.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import a folder of DICOM files into a data store.",
        discussion: """
            Runs an import job on a folder of this machine, whether the server runs or not, and shows how it went file
            by file. Ends with exit code 1 when a file could not be imported.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The folder; everything below it is imported.")
    var folder: String

    @Option(name: .long, help: "The data store's id or name. It is made when there is none of that name.")
    var datastore: String

    @Flag(name: .long, help: "Print the summary as JSON.")
    var json = false

    func run() async throws {
        let settings = try common.settings()
        ProcessTuning.apply()
        let logger = try Log.start(level: settings.logLevel)
        let input = URL(fileURLWithPath: folder).standardizedFileURL.path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: input, isDirectory: &isFolder), isFolder.boolValue else {
            throw ValidationError("\(folder) is not a folder")
        }
        let directory = try settings.openDirectory()
        let isServerRunning = try !directory.tryLock()
        // With a server running, this process only records the job; the server's import workers take it up.
        let store = try await Store.open(
            settings.store(), environment: .system, engines: EmbeddedEngines(directory),
            role: isServerRunning ? .submitter : .owner, foreignCodec: settings.foreignCodec())
        let target = try await datastore(in: store)
        let clientToken = UUID().uuidString.lowercased()
        let job = try await target.submitImportJob(
            ImportJobSubmission(
                clientToken: clientToken, dataAccessRoleARN: "arn:aws:iam::\(store.configuration.accountID):role/local",
                inputS3URI: S3URI.localFolder(input).description,
                outputS3URI: S3URI.localFolder(directory.importResultsPath).description))
        let finished: ImportJobRecord
        if isServerRunning {
            finished = try await follow(job.id, in: target)
        } else {
            let runner = ImportJobRunner(
                datastore: target, objects: FolderObjectStore(buckets: [:]),
                assumeRole: { try await store.assumeRole($0, for: target.id) }, quotas: StoreQuotas(),
                concurrency: settings.store().encodingConcurrency + 1, worker: store.environment.random128(),
                logger: logger)
            // For the eye alone: it is cut off when the job has ended.
            async let _ = follow(job.id, in: target)
            try await runner.run(job.id)
            finished = try await target.importJob(job.id)
        }
        let summary = try await ImportSummary(finished, in: target)
        try await store.close()
        print(json ? summary.json : summary.text)
        if !summary.isClean { throw ExitCode(1) }
    }

    /// The data store of that id, else of that name, else a new one of that name.
    private func datastore(in store: Store) async throws -> Datastore {
        if let id = DatastoreID(datastore) { return try await store.open(id) }
        let named = try await store.datastores().filter { $0.name == datastore && $0.status == .active }
        switch named.count {
        case 0:
            var creation = DatastoreCreation()
            creation.name = datastore
            return try await store.open(store.createDatastore(creation).id)
        case 1:
            return try await store.open(named[0].id)
        default:
            throw ValidationError("\(named.count) data stores are named \(datastore); give the id")
        }
    }

    /// Shows how far the job is until it has ended.
    private func follow(_ id: ImportJobID, in datastore: Datastore) async throws -> ImportJobRecord {
        let line = ProgressLine(isShown: !json)
        defer { line.clear() }
        while true {
            let job = try await datastore.importJob(id)
            let counts = try await datastore.importFileCounts(of: id)
            line.show(done: counts.scanned - counts.pending, of: counts.scanned, counts.progress)
            if job.status == .completed || job.status == .failed { return job }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
