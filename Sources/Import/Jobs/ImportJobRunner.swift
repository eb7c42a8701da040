public import Access
import Catalog
import DICOM
public import ImageSets
public import Logging
public import Store
import Synchronization

/// Carries one import job from wherever it stands to its end. Every step is durable before the next begins, and every
/// step can be repeated, so a job survives kill -9 at any moment with the result it would have had without:
///
/// 1. list the input; the files and IN_PROGRESS become durable together;
/// 2. stage each pending file: parse, check, encode, verify, append; bytes and file state become durable in batches;
/// 3. put all staged files into image sets in one transaction, in byte order of key;
/// 4. write the results, then COMPLETED.
public struct ImportJobRunner: Sendable {
    /// Lets the job act in the role of an ARN.
    public typealias RoleAssumption = @Sendable (_ arn: String) async throws -> AssumedRole

    let datastore: Datastore
    var objects: any ObjectStore
    let assumeRole: RoleAssumption
    let quotas: StoreQuotas
    let slots: StagingSlots
    let opening: StagingSlots
    let worker: UInt128
    let logger: Logger
    let patience: OutagePatience

    /// A runner that stages `concurrency` files at a time.
    public init(
        datastore: Datastore, objects: any ObjectStore, assumeRole: @escaping RoleAssumption, quotas: StoreQuotas,
        concurrency: Int, worker: UInt128, logger: Logger
    ) {
        self.init(
            datastore: datastore, objects: objects, assumeRole: assumeRole, quotas: quotas,
            slots: StagingSlots(concurrency), opening: StagingSlots(concurrency + 2), worker: worker, logger: logger)
    }

    /// A runner that stages files as `slots` are given to it, and has as many of them open as `opening` gives to it: who
    /// waits for a bucket that hangs holds no slot. It holds its job under the name `worker`, and waits for an object
    /// store that is down for these pauses in all.
    init(
        datastore: Datastore, objects: any ObjectStore, assumeRole: @escaping RoleAssumption, quotas: StoreQuotas,
        slots: StagingSlots, opening: StagingSlots, worker: UInt128, logger: Logger,
        outagePauses: [Duration] = OutagePatience.minutes
    ) {
        self.datastore = datastore
        self.objects = objects
        self.assumeRole = assumeRole
        self.quotas = quotas
        self.slots = slots
        self.opening = opening
        self.worker = worker
        self.logger = logger
        patience = OutagePatience(outagePauses)
    }

    /// Runs a job to its end; does nothing for one that has ended or that another worker has. Throws only when the store
    /// itself fails, or the job is taken away; it can then be run again.
    public func run(_ id: ImportJobID) async throws {
        guard let job = try await datastore.claimImportJob(id, by: worker) else { return }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await keep(job) }
                group.addTask { try await work(on: job) }
                // The job's end, or the end of the right to it.
                _ = try await group.next()
                group.cancelAll()
            }
        } catch {
            // When even this fails, the lease ends by itself.
            if !(error is CancellationError) { try? await datastore.releaseImportJob(job) }
            throw error
        }
    }

    /// Renews the lease until cancelled.
    private func keep(_ job: ImportJobRecord) async throws {
        while true {
            do {
                try await Task.sleep(for: .seconds(Datastore.importLeaseSeconds / 3))
            } catch {
                return
            }
            try await datastore.renewImportJob(job)
        }
    }

    private func work(on claimed: ImportJobRecord) async throws {
        var job = claimed
        let results = ImportResults(job: job, datastore: datastore.id)
        do {
            guard let input = S3URI(job.inputS3URI)?.asFolder, S3URI(job.outputS3URI) != nil else {
                throw ImportJobFailure("inputS3Uri and outputS3Uri must be s3 URIs")
            }
            let mappings = try MetadataMappings(configuration: job.importConfiguration)
            let runner = try await actingInRole(of: job, on: [input.bucket, results.folder.bucket])
            if job.status == .submitted {
                try await patience.run { try await runner.objects.prepare(results.folder) }
                job = try await runner.begin(job, input: input, except: mappings.keys(below: input))
            }
            let staged = try await runner.stagePendingFiles(of: job, input: input, mappings)
            try await datastore.commitImportJob(job, staged: staged)
            try await runner.write(results)
            try await datastore.endImportJob(
                job, status: .completed,
                message: try await mappings.remark(used: datastore.metadataMappings(of: job.id)),
                resultS3URI: results.folder.description)
        } catch let error as ObjectStoreError {
            try await fail(job, ImportJobFailure(error.message), results)
        } catch let failure as ImportJobFailure {
            try await fail(job, failure, results)
        }
    }

    /// The instances may be in their image sets by now: then the job's message tells both.
    private func fail(_ job: ImportJobRecord, _ reason: ImportJobFailure, _ results: ImportResults) async throws {
        let counts = try await datastore.importFileCounts(of: job.id)
        let failure =
            counts.imported == 0
            ? reason
            : ImportJobFailure(
                "\(counts.imported) of \(counts.scanned) files were imported, but the job has failed. \(reason.message)"
            )
        logger.notice("import job failed", metadata: ["job": "\(job.id)", "reason": "\(failure.message)"])
        try await datastore.endImportJob(
            job, status: .failed, message: failure.message, resultS3URI: results.folder.description)
    }

    /// This runner with what the job's role may use, where roles decide on one of the buckets.
    private func actingInRole(of job: ImportJobRecord, on buckets: [String]) async throws -> ImportJobRunner {
        guard buckets.contains(where: objects.rolesDecide) else { return self }
        var runner = self
        do {
            runner.objects = RoleObjectStore(objects: objects, role: try await assumeRole(job.dataAccessRoleARN))
        } catch let error as StoreError where error.code != .internal {
            throw ImportJobFailure("dataAccessRoleArn cannot be assumed. \(error.message)")
        }
        return runner
    }

    private func begin(
        _ job: ImportJobRecord, input: S3URI, except: Set<String>
    ) async throws -> ImportJobRecord {
        let quotas = input.bucket == S3URI.localBucket ? StoreQuotas.unlimited : quotas
        let limits = ListingLimits(files: quotas.filesPerJob, folders: quotas.foldersPerJob, bytes: quotas.bytesPerJob)
        let listed = try await patience.run {
            try await objects.list(input, owner: job.inputOwnerAccountID, limits: limits, except: except)
        }
        guard !listed.isEmpty else {
            throw ImportJobFailure("DICOM import job has failed. There are no files under inputS3Uri")
        }
        return try await datastore.beginImportJob(
            job, files: listed.map { ImportFileRecord(key: $0.key, byteCount: $0.byteCount, state: .pending) })
    }

    private func write(_ results: ImportResults) async throws {
        do {
            try await patience.run { try await results.write(from: datastore, to: objects) }
        } catch let error as ObjectStoreError {
            throw ImportJobFailure("The results could not be written: \(error.message)")
        }
    }

    private func stagePendingFiles(
        of job: ImportJobRecord, input: S3URI, _ mappings: MetadataMappings
    ) async throws -> [StoredObjectID: StagedInstance] {
        let session = try await datastore.beginIngest(for: .job)
        let overlays = MetadataOverlays(mappings, below: input) { [objects] object in
            try await objects.open(object, owner: job.inputOwnerAccountID)
        }
        let staging = Staging(
            job: job, bucket: input.bucket, session: session, mappings: mappings, overlays: overlays)
        let staged: [StoredObjectID: StagedInstance]
        do {
            staged = try await session.onEncodingThreads { try await stagePendingFiles(staging) }
        } catch {
            await session.close()
            throw error
        }
        await session.close()
        return staged
    }

    /// Results that are made durable together.
    private struct Batch {
        private(set) var results: [ImportFileResult] = []
        private var byteCount: Int64 = 0

        /// So many files or bytes are worth a transaction.
        var isReady: Bool { results.count >= 16 || byteCount >= 64 << 20 }
        /// No more may wait: what a crash undoes is bounded, whatever the disk does.
        var isFull: Bool { results.count >= 64 || byteCount >= 256 << 20 }

        mutating func append(_ result: ImportFileResult) {
            results.append(result)
            byteCount += min(result.file.byteCount, 64 << 20)
        }
    }

    /// What a task of a run has done.
    private enum Done: Sendable {
        case staging(ImportFileResult)
        case recording([StoredObjectID: StagedInstance])
    }

    /// Stages the files that are pending, as many at a time as may be open, and answers what was staged. What becomes of
    /// a file does not depend on the others, nor on the order in which they are done.
    ///
    /// One batch of results is made durable while files are staged: who stages does not wait for the disk, until the next
    /// batch is full. So batches grow where the disk is slow.
    private func stagePendingFiles(_ staging: Staging) async throws -> [StoredObjectID: StagedInstance] {
        let reference = ImportJobReference(datastore: datastore.id, job: staging.job.id)
        return try await withThrowingTaskGroup(of: Done.self) { group in
            var staged: [StoredObjectID: StagedInstance] = [:]
            var batch = Batch()
            var (running, isRecording) = (0, false)
            func take(_ done: Done) {
                switch done {
                case .staging(let result):
                    running -= 1
                    batch.append(result)
                case .recording(let recorded):
                    isRecording = false
                    staged.merge(recorded) { $1 }
                }
            }
            func takeBatch() -> [ImportFileResult] {
                defer { batch = Batch() }
                isRecording = true
                return batch.results
            }
            var page = try await filePage(of: staging.job.id, after: nil)
            while let end = page.last {
                // Read while this one is staged: whoever encodes must not run dry meanwhile.
                async let next = filePage(of: staging.job.id, after: end.key)
                for file in page where file.state == .pending {
                    while running == opening.count || batch.isReady && !isRecording || batch.isFull {
                        if batch.isReady, !isRecording {
                            let results = takeBatch()
                            group.addTask(executorPreference: globalConcurrentExecutor) {
                                try await record(results, staging)
                            }
                        } else if let done = try await group.next() {
                            take(done)
                        }
                    }
                    group.addTask { .staging(try await stage(file, as: reference, staging)) }
                    running += 1
                }
                page = try await next
            }
            while true {
                if !isRecording, batch.isReady || running == 0 && !batch.results.isEmpty {
                    let results = takeBatch()
                    group.addTask(executorPreference: globalConcurrentExecutor) { try await record(results, staging) }
                }
                guard let done = try await group.next() else { return staged }
                take(done)
            }
        }
    }

    private func filePage(of job: ImportJobID, after key: String?) async throws -> [ImportFileRecord] {
        try await datastore.importFiles(of: job, after: key, limit: 64)
    }

    private func record(_ results: [ImportFileResult], _ staging: Staging) async throws -> Done {
        .recording(try await datastore.record(results, of: staging.job, in: staging.session))
    }

    /// What the files of one run have in common.
    private struct Staging {
        let job: ImportJobRecord
        let bucket: String
        let session: IngestSession
        let mappings: MetadataMappings
        let overlays: MetadataOverlays
    }

    /// Opens a file and stages it, each when it is the job's turn; who waits for a bucket that is down holds no slot.
    private func stage(
        _ file: ImportFileRecord, as reference: ImportJobReference, _ staging: Staging
    ) async throws -> ImportFileResult {
        do {
            return try await patience.run {
                try await opening.run(for: reference) { try await stage(file, turnOf: reference, staging) }
            }
        } catch let error as ObjectStoreError {
            return ImportFileResult(file: file, outcome: .failure(Self.rejection(of: error)))
        }
    }

    private func stage(
        _ file: ImportFileRecord, turnOf reference: ImportJobReference, _ staging: Staging
    ) async throws -> ImportFileResult {
        var file = file
        let outcome: Result<StagedInstance, ImportRejection>
        do {
            outcome = .success(try await stagedInstance(&file, turnOf: reference, staging))
        } catch let rejection as ImportRejection {
            outcome = .failure(rejection)
        }
        return ImportFileResult(file: file, outcome: outcome)
    }

    private func stagedInstance(
        _ file: inout ImportFileRecord, turnOf reference: ImportJobReference, _ staging: Staging
    ) async throws -> StagedInstance {
        guard file.byteCount <= quotas.bytesPerFile else {
            throw ImportRejection(.ruleBroken, "The file is larger than \(quotas.bytesPerFile) bytes")
        }
        let content = try await open(S3URI(bucket: staging.bucket, key: file.key), of: staging.job)
        guard content.count == file.byteCount else { throw Self.changed }
        do {
            guard !staging.mappings.all.isEmpty else {
                return try await slots.run(for: reference) { try await staging.session.stage(content) }
            }
            let read = try await slots.run(for: reference) { try await staging.session.read(content) }
            // Metadata that have to be waited for are waited for in no slot, as the file itself was.
            let overlaid = try await overlaid(read, &file, staging)
            return try await slots.run(for: reference) { try await staging.session.stage(overlaid) }
        } catch let error where !(error is ImportRejection) && !(error is ObjectStoreError) {
            // Whatever it became on its way here: the file changed or its device failed, not the store.
            guard let failure = content.failure else { throw error }
            throw Self.rejection(of: failure)
        }
    }

    /// The file with the metadata laid over that are mapped to it.
    private func overlaid(
        _ read: PartTenFile, _ file: inout ImportFileRecord, _ staging: Staging
    ) async throws -> PartTenFile {
        guard let study = read.dataSet.string(.studyInstanceUID), let series = read.dataSet.string(.seriesInstanceUID),
            let index = staging.mappings.index(study: study, series: series)
        else { return read }
        file.metadataMapping = index
        var overlaid = read
        overlaid.dataSet = try await staging.overlays.overlay(index).applied(to: read.dataSet)
        return overlaid
    }

    private func open(_ object: S3URI, of job: ImportJobRecord) async throws -> WatchedBytes {
        do {
            return WatchedBytes(try await objects.open(object, owner: job.inputOwnerAccountID))
        } catch let error as CancellationError {
            throw error
        } catch let error as ObjectStoreError where error.code == .unavailable {
            throw error
        } catch {
            throw Self.rejection(of: error)
        }
    }

    // MARK: Files that cannot be read

    private static let changed = ImportRejection(
        .processingFailure, "The file changed after it was listed and could not be read")

    private static func rejection(of error: any Error) -> ImportRejection {
        switch error {
        case let error as ObjectStoreError where error.code == .changed: changed
        case let error as ObjectStoreError:
            ImportRejection(.processingFailure, "The file could not be read from its bucket. \(error.message)")
        case FileBytes.FileError.changed, FileBytes.FileError.outOfRange: changed
        default: ImportRejection(.processingFailure, "The file could not be read from its bucket")
        }
    }
}

/// A file's bytes that remember whether reading them failed, so that a bad file is told from a bad store.
private final class WatchedBytes: RandomAccessBytes {
    private let content: any RandomAccessBytes
    private let firstFailure = Mutex<(any Error)?>(nil)

    init(_ content: any RandomAccessBytes) {
        self.content = content
    }

    var count: Int { content.count }

    /// Why a read failed that should not have.
    var failure: (any Error)? { firstFailure.withLock { $0 } }

    func read(at offset: Int, count wanted: Int) throws -> ArraySlice<UInt8> {
        // A place past the end is the data set's fault, and the reader's to judge.
        let isInside = offset >= 0 && wanted >= 0 && offset <= count && wanted <= count - offset
        do {
            return try content.read(at: offset, count: wanted)
        } catch {
            if isInside { firstFailure.withLock { $0 = $0 ?? error } }
            throw error
        }
    }
}
