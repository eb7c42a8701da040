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
    let datastore: Datastore
    let objects: any ObjectStore
    let quotas: StoreQuotas
    let concurrency: Int
    let logger: Logger

    /// A runner that stages `concurrency` files at a time.
    public init(
        datastore: Datastore, objects: any ObjectStore, quotas: StoreQuotas, concurrency: Int, logger: Logger
    ) {
        self.datastore = datastore
        self.objects = objects
        self.quotas = quotas
        self.concurrency = max(1, concurrency)
        self.logger = logger
    }

    /// Runs a job to its end; does nothing for one that has ended. Throws only when the store itself fails; the job can
    /// then be run again.
    public func run(_ id: ImportJobID) async throws {
        var job = try await datastore.importJob(id)
        guard job.status == .submitted || job.status == .inProgress else { return }
        let results = ImportResults(job: job, datastore: datastore.id)
        do {
            guard let input = S3URI(job.inputS3URI)?.asFolder, S3URI(job.outputS3URI) != nil else {
                throw ImportFailure("inputS3Uri and outputS3Uri must be s3 URIs")
            }
            if job.status == .submitted {
                try await objects.prepare(results.folder)
                job = try await begin(job, input: input)
            }
            try await stagePendingFiles(of: job, bucket: input.bucket)
            try await datastore.commitImportJob(id)
            try await results.write(from: datastore, to: objects)
            try await datastore.endImportJob(
                job, status: .completed, message: nil, resultS3URI: results.folder.description)
        } catch let failure as ImportFailure {
            logger.notice("import job failed", metadata: ["job": "\(id)", "reason": "\(failure.message)"])
            try await datastore.endImportJob(
                job, status: .failed, message: failure.message, resultS3URI: results.folder.description)
        }
    }

    private func begin(_ job: ImportJobRecord, input: S3URI) async throws -> ImportJobRecord {
        let quotas = input.bucket == S3URI.localBucket ? StoreQuotas.unlimited : quotas
        let listed = try await objects.list(
            input,
            limits: ListingLimits(files: quotas.filesPerJob, folders: quotas.foldersPerJob, bytes: quotas.bytesPerJob))
        guard !listed.isEmpty else {
            throw ImportFailure("DICOM import job has failed. There are no files under inputS3Uri")
        }
        return try await datastore.beginImportJob(
            job, files: listed.map { ImportFileRecord(key: $0.key, byteCount: $0.byteCount, state: .pending) })
    }

    private func stagePendingFiles(of job: ImportJobRecord, bucket: String) async throws {
        let session = try await datastore.beginIngest(for: .job)
        do {
            var last: String?
            while true {
                let page = try await datastore.importFiles(of: job.id, after: last, limit: 64)
                guard let end = page.last else { break }
                last = end.key
                let pending = page.filter { $0.state == .pending }
                guard !pending.isEmpty else { continue }
                let results = try await stage(pending, bucket: bucket, session: session)
                try await datastore.record(results, of: job.id, in: session)
            }
        } catch {
            await session.close()
            throw error
        }
        await session.close()
    }

    /// Stages a page of files, at most `concurrency` at a time; results come in the files' order.
    private func stage(
        _ files: [ImportFileRecord], bucket: String, session: IngestSession
    ) async throws -> [ImportFileResult] {
        try await withThrowingTaskGroup(of: (Int, ImportFileResult).self) { group in
            var results = [ImportFileResult?](repeating: nil, count: files.count)
            var next = 0
            while next < min(concurrency, files.count) {
                group.addTask { [next] in (next, try await stage(files[next], bucket: bucket, session: session)) }
                next += 1
            }
            while let (index, result) = try await group.next() {
                results[index] = result
                if next < files.count {
                    group.addTask { [next] in (next, try await stage(files[next], bucket: bucket, session: session)) }
                    next += 1
                }
            }
            return results.compactMap(\.self)
        }
    }

    private func stage(
        _ file: ImportFileRecord, bucket: String, session: IngestSession
    ) async throws -> ImportFileResult {
        do {
            guard file.byteCount <= quotas.bytesPerFile else {
                throw ImportRejection(.ruleBroken, "The file is larger than \(quotas.bytesPerFile) bytes")
            }
            let content = WatchedBytes(try await open(S3URI(bucket: bucket, key: file.key)))
            do {
                return ImportFileResult(file: file, outcome: .success(try await session.stage(content)))
            } catch let error where !(error is ImportRejection) && content.hasFailed {
                // Whatever it became on its way here: the file shrank or its device failed, not the store.
                throw Self.unreadable
            }
        } catch let rejection as ImportRejection {
            return ImportFileResult(file: file, outcome: .failure(rejection))
        }
    }

    private func open(_ object: S3URI) async throws -> any RandomAccessBytes {
        do {
            return try await objects.open(object)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Self.unreadable
        }
    }

    private static let unreadable = ImportRejection(
        .processingFailure, "The file could not be read from its bucket")
}

/// A file's bytes that remember whether reading them failed, so that a bad file is told from a bad store.
private final class WatchedBytes: RandomAccessBytes {
    private let content: any RandomAccessBytes
    private let failure = Mutex(false)

    init(_ content: any RandomAccessBytes) {
        self.content = content
    }

    var count: Int { content.count }

    var hasFailed: Bool { failure.withLock { $0 } }

    func read(at offset: Int, count wanted: Int) throws -> ArraySlice<UInt8> {
        // A place past the end is the data set's fault, and the reader's to judge.
        let isInside = offset >= 0 && wanted >= 0 && offset <= count && wanted <= count - offset
        do {
            return try content.read(at: offset, count: wanted)
        } catch {
            if isInside { failure.withLock { $0 = true } }
            throw error
        }
    }
}
