import Catalog
import Foundation
import GRDB
import ImageSets

extension SQLiteTransaction {
    // MARK: Jobs

    private static let jobColumns = [
        "id", "name", "status", "data_access_role_arn", "input_s3_uri", "output_s3_uri", "submitted_at",
        "result_s3_uri", "input_owner_account_id", "import_configuration", "ended_at", "message", "lease_holder",
        "lease_ends_at",
    ]
    private static let jobList = jobColumns.joined(separator: ", ")

    func importJob(_ id: ImportJobID) throws -> ImportJobRecord? {
        try row("SELECT \(Self.jobList) FROM import_job WHERE id = ?", [id.blob]) { try $0.importJob() }
    }

    func importJobs(
        status: ImportJobRecord.Status?, submittedAfter: Timestamp?, after: ImportJobID?, limit: Int
    ) throws -> [ImportJobRecord] {
        var conditions = ["submitted_at > ?"]
        var arguments: [SQLValue] = [submittedAfter?.milliseconds ?? .min]
        if let status {
            conditions.append("status = ?")
            arguments.append(status.rawValue)
        }
        if let after {
            guard let last = try importJob(after) else { throw missing("import job") }
            conditions.append("(submitted_at, id) < (?, ?)")
            arguments += [last.submittedAt.milliseconds, last.id.blob]
        }
        return try rows(
            """
            SELECT \(Self.jobList) FROM import_job WHERE \(conditions.joined(separator: " AND "))
            ORDER BY submitted_at DESC, id DESC LIMIT ?
            """,
            arguments + [max(limit, 0)]
        ) { try $0.importJob() }
    }

    func endedImportJobs(submittedUntil instant: Timestamp, limit: Int) throws -> [ImportJobRecord] {
        try rows(
            """
            SELECT \(Self.jobList) FROM import_job WHERE submitted_at <= ? AND status IN ('COMPLETED', 'FAILED')
            ORDER BY submitted_at, id LIMIT ?
            """, [instant.milliseconds, max(limit, 0)]
        ) { try $0.importJob() }
    }

    func insert(_ job: ImportJobRecord) throws {
        try execute(
            "INSERT INTO import_job (\(Self.jobList)) VALUES (\(Self.jobColumns.map { _ in "?" }.joined(separator: ", ")))",
            [job.id.blob] + values(of: job))
    }

    func update(_ job: ImportJobRecord) throws {
        let columns = Array(Self.jobColumns.dropFirst())
        let changed = try execute(
            "UPDATE import_job SET \(Self.assignments(columns)) WHERE id = ?",
            values(of: job) + [job.id.blob])
        guard changed == 1 else { throw missing("import job") }
    }

    /// All columns but the id.
    private func values(of job: ImportJobRecord) -> [SQLValue] {
        [
            job.name, job.status.rawValue, job.dataAccessRoleARN, job.inputS3URI, job.outputS3URI,
            job.submittedAt.milliseconds, job.resultS3URI, job.inputOwnerAccountID, job.importConfiguration,
            job.endedAt?.milliseconds, job.message, job.lease.map { ImportJobID($0.holder).blob },
            job.lease?.endsAt.milliseconds,
        ]
    }

    // MARK: Files

    private static let stateColumns = [
        "byte_count", "state", "object", "image_set", "version", "is_primary", "warnings", "exception_type", "message",
        "metadata_mapping",
    ]

    func importFiles(of job: ImportJobID, after key: String?, limit: Int) throws -> [ImportFileRecord] {
        try rows(
            """
            SELECT key, \(Self.stateColumns.joined(separator: ", ")) FROM import_file
            WHERE job = ? AND key \(key == nil ? ">=" : ">") ? ORDER BY key LIMIT ?
            """,
            [job.blob, key ?? "", max(limit, 0)]
        ) { try $0.importFile() }
    }

    func metadataMappings(of job: ImportJobID) throws -> Set<Int> {
        Set(
            try rows(
                "SELECT DISTINCT metadata_mapping FROM import_file WHERE job = ? AND metadata_mapping IS NOT NULL",
                [job.blob]
            ) { $0.integer() })
    }

    func importFileCounts(of job: ImportJobID) throws -> ImportFileCounts {
        var counts = ImportFileCounts()
        let states = try rows(
            "SELECT state, count(*) FROM import_file WHERE job = ? GROUP BY state", [job.blob]
        ) { (state: try $0.word() as FileState, count: $0.integer()) }
        for (state, count) in states {
            switch state {
            case .pending: counts.pending = count
            case .staged: counts.staged = count
            case .imported: counts.imported = count
            case .customerError: counts.customerErrors = count
            case .serverError: counts.serverErrors = count
            }
        }
        return counts
    }

    func deleteImportJob(_ id: ImportJobID) throws {
        guard try importJob(id) != nil else { throw missing("import job") }
        let staged = try rows(
            "SELECT object FROM import_file WHERE job = ? AND object IS NOT NULL", [id.blob]
        ) { $0.number() }
        try execute("DELETE FROM import_file WHERE job = ?", [id.blob])
        for object in staged { release(object) }
        try execute("DELETE FROM client_token WHERE resource_id = ?", [id.description])
        try execute("DELETE FROM import_job WHERE id = ?", [id.blob])
    }

    func insert(_ files: [ImportFileRecord], of job: ImportJobID) throws {
        guard try importJob(job) != nil else { throw missing("import job") }
        try database.inSavepoint {
            for file in files {
                try execute(Self.fileInsertion, [job.blob, file.key] + values(of: file))
            }
            return .commit
        }
        for file in files { try hold(file) }
    }

    func update(_ file: ImportFileRecord, from old: ImportFileRecord.State, of job: ImportJobID) throws {
        let changed = try execute(Self.fileUpdate, values(of: file) + [job.blob, file.key, old.object?.rawValue])
        guard changed == 1 else { throw missing("import file") }
        try hold(file)
        if let object = old.object { release(object.rawValue) }
    }

    private static let fileInsertion = """
        INSERT INTO import_file (job, key, \(stateColumns.joined(separator: ", ")))
        VALUES (?, ?, \(stateColumns.map { _ in "?" }.joined(separator: ", ")))
        """
    private static let fileUpdate =
        "UPDATE import_file SET \(assignments(stateColumns)) WHERE job = ? AND key = ? AND object IS ?"

    /// A staged file keeps its object.
    private func hold(_ file: ImportFileRecord) throws {
        if let object = file.state.object { try hold(object.rawValue) }
    }

    /// The values of ``stateColumns``.
    private func values(of file: ImportFileRecord) throws -> [SQLValue] {
        try state(of: file) + [file.metadataMapping]
    }

    private func state(of file: ImportFileRecord) throws -> [SQLValue] {
        switch file.state {
        case .pending:
            [file.byteCount, FileState.pending.rawValue, nil, nil, nil, nil, nil, nil, nil]
        case .staged(let object, let warnings):
            [
                file.byteCount, FileState.staged.rawValue, object.rawValue, nil, nil, nil, try Self.text(of: warnings),
                nil, nil,
            ]
        case .imported(let imageSet, let version, let isPrimary, let warnings):
            [
                file.byteCount, FileState.imported.rawValue, nil, imageSet.blob, version, isPrimary,
                try Self.text(of: warnings), nil, nil,
            ]
        case .failed(let exceptionType, let message, let isServerFault):
            [
                file.byteCount, (isServerFault ? FileState.serverError : .customerError).rawValue, nil, nil, nil, nil,
                nil, exceptionType, message,
            ]
        }
    }

    private static func text(of warnings: [ImportFileWarning]) throws -> String? {
        warnings.isEmpty ? nil : String(decoding: try JSONEncoder().encode(warnings), as: UTF8.self)
    }

    // MARK: Tokens and tags

    func clientToken(_ token: String, operation: String) throws -> ClientTokenRecord? {
        try row(
            "SELECT request_digest, resource_id, created_at FROM client_token WHERE operation = ? AND token = ?",
            [operation, token]
        ) { ClientTokenRecord(requestDigest: $0.text(), resourceID: $0.text(), createdAt: $0.timestamp()) }
    }

    func insert(_ record: ClientTokenRecord, token: String, operation: String) throws {
        try execute(
            """
            INSERT INTO client_token (operation, token, request_digest, resource_id, created_at)
            VALUES (?, ?, ?, ?, ?)
            """,
            [operation, token, record.requestDigest, record.resourceID, record.createdAt.milliseconds])
    }

    func tags(of resource: String) throws -> [String: String] {
        let pairs = try rows("SELECT key, value FROM tag WHERE resource = ?", [resource]) { reader in
            (reader.text(), reader.text())
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    func setTags(_ tags: [String: String], of resource: String) throws {
        try execute("DELETE FROM tag WHERE resource = ?", [resource])
        for (key, value) in tags {
            try execute("INSERT INTO tag (resource, key, value) VALUES (?, ?, ?)", [resource, key, value])
        }
    }
}

/// The column `state` of `import_file`.
private enum FileState: String {
    case pending, staged, imported
    case customerError = "customer-error", serverError = "server-error"
}

extension ColumnReader {
    fileprivate mutating func importJob() throws -> ImportJobRecord {
        var job = ImportJobRecord(
            id: try id(), name: text(), status: try word(), dataAccessRoleARN: text(), inputS3URI: text(),
            outputS3URI: text(), submittedAt: timestamp())
        job.resultS3URI = optionalText()
        job.inputOwnerAccountID = optionalText()
        job.importConfiguration = optionalText()
        job.endedAt = optionalTimestamp()
        job.message = optionalText()
        let (holder, endsAt) = (optionalData(), optionalTimestamp())
        if let holder, let endsAt {
            job.lease = ImportJobLease(holder: try ImportJobID(blob: holder).value, endsAt: endsAt)
        }
        return job
    }

    fileprivate mutating func importFile() throws -> ImportFileRecord {
        let (key, byteCount, state) = (text(), number(), try word() as FileState)
        let (object, imageSet) = (optionalNumber(), optionalData())
        let (version, isPrimary, warnings) = (optionalInteger(), optionalFlag(), optionalText())
        let (exceptionType, message, mapping) = (optionalText(), optionalText(), optionalInteger())
        let record: ImportFileRecord.State =
            switch state {
            case .pending: .pending
            case .staged: .staged(StoredObjectID(rawValue: object ?? 0), warnings: try Self.warnings(in: warnings))
            case .imported:
                .imported(
                    try ImageSetID(blob: imageSet ?? Data()), version: version ?? 0, isPrimary: isPrimary ?? false,
                    warnings: try Self.warnings(in: warnings))
            case .customerError, .serverError:
                .failed(
                    exceptionType: exceptionType ?? "", message: message ?? "", isServerFault: state == .serverError)
            }
        var file = ImportFileRecord(key: key, byteCount: byteCount, state: record)
        file.metadataMapping = mapping
        return file
    }

    private static func warnings(in text: String?) throws -> [ImportFileWarning] {
        guard let text else { return [] }
        do {
            return try JSONDecoder().decode([ImportFileWarning].self, from: Data(text.utf8))
        } catch {
            throw CatalogError(.engine, "the warnings of an import file are no JSON", cause: error)
        }
    }
}
