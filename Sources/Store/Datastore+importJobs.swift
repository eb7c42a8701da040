import Blobs
public import Catalog
public import ImageSets

/// What StartDICOMImportJob asks for.
public struct ImportJobSubmission: Sendable {
    /// The job's name; one is made up when it is nil.
    public var name: String?
    /// What makes a repeated submission the same job.
    public var clientToken: String
    /// The role that reads the input and writes the output.
    public var dataAccessRoleARN: String
    /// Where the files lie.
    public var inputS3URI: String
    /// Where the results go.
    public var outputS3URI: String
    /// Whose bucket the input must be.
    public var inputOwnerAccountID: String?
    /// `importConfiguration` of the request as JSON text.
    public var importConfiguration: String?

    /// A submission of what every job needs.
    public init(clientToken: String, dataAccessRoleARN: String, inputS3URI: String, outputS3URI: String) {
        self.clientToken = clientToken
        self.dataAccessRoleARN = dataAccessRoleARN
        self.inputS3URI = inputS3URI
        self.outputS3URI = outputS3URI
    }

    var digest: String {
        RequestDigest.of([
            name ?? "", dataAccessRoleARN, inputS3URI, outputS3URI, inputOwnerAccountID ?? "",
            importConfiguration ?? "",
        ])
    }
}

extension Datastore {
    /// Jobs leave the list, and can no longer be found, after 90 days (spec/20).
    private static let jobLifetimeMilliseconds: Int64 = 90 * 24 * 3_600 * 1_000

    /// Records a job for the import workers. The same client token with the same parameters answers the first job, with
    /// other parameters it is `conflict`.
    public func submitImportJob(_ submission: ImportJobSubmission) async throws -> ImportJobRecord {
        let id = ImportJobID(environment.random128())
        let now = environment.now()
        let most = configuration.quotas.concurrentImportJobs
        let (job, isNew) = try await announcing { transaction in
            let operation = "StartDICOMImportJob"
            if let used = try transaction.clientToken(submission.clientToken, operation: operation) {
                guard used.requestDigest == submission.digest, let first = ImportJobID(used.resourceID),
                    let job = try transaction.importJob(first)
                else {
                    throw StoreError(
                        .conflict, "clientToken was used before with other parameters of StartDICOMImportJob")
                }
                return (job, false)
            }
            let running =
                try transaction.importJobs(status: .submitted, submittedAfter: nil, after: nil, limit: most).count
                + transaction.importJobs(status: .inProgress, submittedAfter: nil, after: nil, limit: most).count
            guard running < most else {
                throw StoreError(.quotaExceeded, "The data store has reached its \(most) concurrent import jobs")
            }
            var job = ImportJobRecord(
                id: id, name: submission.name ?? "import-\(id)", status: .submitted,
                dataAccessRoleARN: submission.dataAccessRoleARN, inputS3URI: submission.inputS3URI,
                outputS3URI: submission.outputS3URI, submittedAt: now)
            job.inputOwnerAccountID = submission.inputOwnerAccountID
            job.importConfiguration = submission.importConfiguration
            try transaction.insert(job)
            try self.announce(job, at: now, in: transaction)
            try transaction.insert(
                ClientTokenRecord(requestDigest: submission.digest, resourceID: id.description, createdAt: now),
                token: submission.clientToken, operation: operation)
            return (job, true)
        }
        if isNew { announceJob(ImportJobReference(datastore: self.id, job: job.id)) }
        return job
    }

    /// A job that was submitted within the last 90 days.
    public func importJob(_ id: ImportJobID) async throws -> ImportJobRecord {
        let oldest = oldestListedSubmission
        guard let job = try await catalog.read({ try $0.importJob(id) }), job.submittedAt > oldest else {
            throw StoreError(.notFound, "DICOM import job does not exist: \(id)")
        }
        return job
    }

    /// Jobs of the last 90 days, newest first, after `after` (exclusive) when given.
    public func importJobs(
        status: ImportJobRecord.Status?, after: ImportJobID?, limit: Int
    ) async throws -> [ImportJobRecord] {
        let oldest = oldestListedSubmission
        return try await catalog.read {
            try $0.importJobs(status: status, submittedAfter: oldest, after: after, limit: limit)
        }
    }

    private var oldestListedSubmission: Timestamp {
        Timestamp(milliseconds: environment.now().milliseconds - Self.jobLifetimeMilliseconds)
    }

    /// Removes some of the jobs that left the list, oldest first; answers how many.
    public func purgeImportJobs() async throws -> Int {
        let oldest = oldestListedSubmission
        return try await catalog.write { transaction in
            // A few at a time: each may have thousands of files.
            let jobs = try transaction.endedImportJobs(submittedUntil: oldest, limit: 5)
            for job in jobs { try transaction.deleteImportJob(job.id) }
            return jobs.count
        }
    }

    // MARK: For the import workers

    /// A worker that dies holds its jobs no longer than this.
    public static let importLeaseSeconds: Int64 = 30

    private var leaseEnd: Timestamp {
        Timestamp(milliseconds: environment.now().milliseconds + Self.importLeaseSeconds * 1_000)
    }

    /// Takes a job for a worker: no other can run it until the lease ends. Nil when the job has ended or another worker
    /// has it.
    public func claimImportJob(_ id: ImportJobID, by holder: UInt128) async throws -> ImportJobRecord? {
        let (now, end) = (environment.now(), leaseEnd)
        return try await catalog.write { transaction in
            guard var job = try transaction.importJob(id) else {
                throw StoreError(.notFound, "DICOM import job does not exist: \(id)")
            }
            guard job.status == .submitted || job.status == .inProgress else { return nil }
            if let lease = job.lease, lease.holder != holder, lease.endsAt > now { return nil }
            job.lease = ImportJobLease(holder: holder, endsAt: end)
            try transaction.update(job)
            return job
        }
    }

    /// Keeps a job for its worker; throws `conflict` when it has lost it.
    public func renewImportJob(_ job: ImportJobRecord) async throws {
        let end = leaseEnd
        try await catalog.write { transaction in
            var held = try Self.held(job, in: transaction)
            held.lease?.endsAt = end
            try transaction.update(held)
        }
    }

    /// Gives a job back that its worker could not end.
    public func releaseImportJob(_ job: ImportJobRecord) async throws {
        try await catalog.write { transaction in
            var held = try Self.held(job, in: transaction)
            held.lease = nil
            try transaction.update(held)
        }
    }

    /// The job as it stands, for the worker that has it. Every durable step begins with this, so a worker that was
    /// believed dead can change nothing any more.
    private static func held(_ job: ImportJobRecord, in transaction: any CatalogWriting) throws -> ImportJobRecord {
        guard let found = try transaction.importJob(job.id), let lease = found.lease, lease.holder == job.lease?.holder
        else {
            throw StoreError(.conflict, "Another worker has taken DICOM import job \(job.id)")
        }
        return found
    }

    /// The first durable step of a job: its files, all pending, and IN_PROGRESS, together.
    public func beginImportJob(_ job: ImportJobRecord, files: [ImportFileRecord]) async throws -> ImportJobRecord {
        let now = environment.now()
        return try await announcing { transaction in
            var begun = try Self.held(job, in: transaction)
            begun.status = .inProgress
            try transaction.insert(files, of: begun.id)
            try transaction.update(begun)
            try self.announce(begun, at: now, in: transaction)
            return begun
        }
    }

    /// The last step of a job.
    public func endImportJob(
        _ job: ImportJobRecord, status: ImportJobRecord.Status, message: String?, resultS3URI: String?
    ) async throws {
        let now = environment.now()
        try await announcing { transaction in
            var ended = try Self.held(job, in: transaction)
            ended.status = status
            ended.message = message
            ended.resultS3URI = resultS3URI
            ended.endedAt = now
            ended.lease = nil
            try transaction.update(ended)
            try self.announce(ended, at: now, in: transaction)
        }
    }

    /// Files of a job in byte order of key, after `key` (exclusive).
    public func importFiles(
        of job: ImportJobID, after key: String?, limit: Int
    ) async throws -> [ImportFileRecord] {
        try await catalog.read { try $0.importFiles(of: job, after: key, limit: limit) }
    }

    /// How far a job has come.
    public func importFileCounts(of job: ImportJobID) async throws -> ImportFileCounts {
        try await catalog.read { try $0.importFileCounts(of: job) }
    }

    /// Which of a job's metadata mappings its files fall under.
    public func metadataMappings(of job: ImportJobID) async throws -> Set<Int> {
        try await catalog.read { try $0.metadataMappings(of: job) }
    }

    /// Makes what a worker did with some files durable: bytes first, then the files' states and stored objects together.
    /// Answers the instances that are staged now, for ``commitImportJob(_:staged:)``.
    public func record(
        _ results: [ImportFileResult], of job: ImportJobRecord, in session: IngestSession
    ) async throws -> [StoredObjectID: StagedInstance] {
        try await session.makeDurable()
        return try await catalog.write { transaction in
            _ = try Self.held(job, in: transaction)
            var recorded: [StoredObjectID: StagedInstance] = [:]
            for result in results {
                var file = result.file
                switch result.outcome {
                case .failure(let rejection):
                    file.fail(rejection)
                case .success(let staged):
                    guard case .new(let object, let frames) = staged.object else { continue }
                    let id = try transaction.insert(object, frames: frames)
                    recorded[id] = staged.stored(as: id)
                    file.state = .staged(id, warnings: staged.warnings)
                }
                try transaction.update(file, from: result.file.state, of: job.id)
            }
            return recorded
        }
    }

    /// Puts every staged file of a job into image sets, in byte order of key, in one transaction; one version step per
    /// image set. Repeating it after a crash changes nothing more.
    ///
    /// `known` are the instances that this worker staged itself; those of a worker before it are read again. A file of
    /// which that is not possible any more has failed, by our fault: the job must not wait for it for ever.
    public func commitImportJob(
        _ job: ImportJobRecord, staged known: [StoredObjectID: StagedInstance] = [:]
    ) async throws {
        var files: [ImportFileRecord] = []
        var staged: [StagedInstance] = []
        var lost: [ImportFileRecord] = []
        let commonFacts = CommonFacts()
        var last: String?
        while true {
            let page = try await importFiles(of: job.id, after: last, limit: 500)
            guard let end = page.last else { break }
            last = end.key
            for file in page {
                guard case .staged(let object, let warnings) = file.state else { continue }
                do {
                    if let instance = known[object] {
                        staged.append(instance)
                    } else {
                        staged.append(try await reload(object, warnings: warnings, commonFacts))
                    }
                    files.append(file)
                } catch let error where Self.isDamage(error) {
                    lost.append(file)
                }
            }
        }
        guard !files.isEmpty || !lost.isEmpty else { return }
        try await commit(staged) { [files, staged, lost] transaction, outcomes in
            _ = try Self.held(job, in: transaction)
            for file in lost {
                var failed = file
                failed.fail(ImportRejection(.processingFailure, "What was kept of the file cannot be read any more"))
                try transaction.update(failed, from: file.state, of: job.id)
            }
            for (index, outcome) in outcomes.enumerated() {
                var file = files[index]
                switch outcome {
                case .success(let outcome):
                    file.state = .imported(
                        outcome.imageSet, version: outcome.version, isPrimary: outcome.isPrimary,
                        warnings: staged[index].warnings)
                case .failure(let rejection): file.fail(rejection)
                }
                try transaction.update(file, from: files[index].state, of: job.id)
            }
            _ = try transaction.deleteUnreferencedObjects()
        }
    }

    /// Whether stored bytes are not what they were, rather than out of reach.
    private static func isDamage(_ error: any Error) -> Bool {
        switch error {
        case let error as BlobError: error.code == .corrupted
        case is StoredHeaderError: true
        default: false
        }
    }
}

extension ImportFileRecord {
    fileprivate mutating func fail(_ rejection: ImportRejection) {
        state = .failed(
            exceptionType: rejection.exceptionType, message: rejection.message,
            isServerFault: rejection.isServerFault)
    }
}

/// What came of one file of a job.
public struct ImportFileResult: Sendable {
    /// The file as it stood before.
    public var file: ImportFileRecord
    /// The staged instance, or why there is none.
    public var outcome: Result<StagedInstance, ImportRejection>

    /// Gathers a result.
    public init(file: ImportFileRecord, outcome: Result<StagedInstance, ImportRejection>) {
        self.file = file
        self.outcome = outcome
    }
}
