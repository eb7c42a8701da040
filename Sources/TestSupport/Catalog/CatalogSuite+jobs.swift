import Catalog
import ImageSets

extension CatalogSuite {
    static let jobChecks: [Check] = [
        Check("a job reads back as written and changes in place") { catalog in
            try await catalog.write { transaction in
                var job = CatalogSample.job(1, submittedAt: 5)
                try transaction.insert(job)
                try expect(transaction.importJob(job.id), job)
                let inserted = job
                try expect(throws: CatalogError(.conflict, "")) { try transaction.insert(inserted) }
                job.status = .failed
                job.resultS3URI = "s3://out/1/"
                job.inputOwnerAccountID = "123456789012"
                job.importConfiguration = "{}"
                job.endedAt = Timestamp(milliseconds: 6)
                job.message = "no"
                job.lease = ImportJobLease(holder: .max - 1, endsAt: Timestamp(milliseconds: 7))
                try transaction.update(job)
                try expect(transaction.importJob(job.id), job)
                try expect(transaction.importJob(ImportJobID(2)), nil)
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.update(CatalogSample.job(2, submittedAt: 1))
                }
            }
        },
        Check("jobs are listed newest first, by status and age, in pages") { catalog in
            try await catalog.write { transaction in
                for (id, submittedAt) in [(1, 10), (2, 30), (3, 20), (4, 20)] as [(UInt128, Int64)] {
                    try transaction.insert(
                        CatalogSample.job(id, submittedAt: submittedAt, status: id == 3 ? .completed : .submitted))
                }
                func list(
                    _ status: ImportJobRecord.Status? = nil, since: Int64? = nil, after: UInt128? = nil,
                    limit: Int = 9
                ) throws -> [UInt128] {
                    try transaction.importJobs(
                        status: status, submittedAfter: since.map(Timestamp.init(milliseconds:)),
                        after: after.map(ImportJobID.init), limit: limit
                    ).map(\.id.value)
                }
                try expect(list(), [2, 4, 3, 1])
                try expect(list(limit: 2), [2, 4])
                try expect(list(after: 4), [3, 1])
                try expect(list(.submitted), [2, 4, 1])
                try expect(list(.submitted, after: 3), [1])
                try expect(list(since: 10), [2, 4, 3])
                try expect(list(.failed), [])
                func ended(until instant: Int64, limit: Int = 9) throws -> [UInt128] {
                    try transaction.endedImportJobs(
                        submittedUntil: Timestamp(milliseconds: instant), limit: limit
                    ).map(\.id.value)
                }
                try transaction.insert(CatalogSample.job(5, submittedAt: 5, status: .failed))
                try expect(ended(until: 20), [5, 3])
                try expect(ended(until: 20, limit: 1), [5])
                try expect(ended(until: 19), [5])
                try expect(ended(until: 4), [])
                try transaction.deleteImportJob(ImportJobID(5))
                try expect(throws: CatalogError(.missing, "")) { try list(after: 9) }
            }
        },
        Check("files are listed by the bytes of their key, counted by state, and change in place") { catalog in
            try await catalog.write { transaction in
                let job = CatalogSample.job(1, submittedAt: 1)
                try transaction.insert(job)
                let object = try transaction.insert(CatalogSample.object(), frames: [])
                let warnings = [ImportFileWarning(code: 45330, message: "\"x\" über")]
                let states: [(String, ImportFileRecord.State)] = [
                    ("b", .staged(object, warnings: warnings)), ("a/ä", .pending), ("a/z", .pending),
                    ("B", .imported(ImageSetID(7), version: 3, isPrimary: true, warnings: warnings)),
                    ("c", .failed(exceptionType: "T", message: "m", isServerFault: false)),
                    ("d", .failed(exceptionType: "T", message: "m", isServerFault: true)),
                ]
                var files = states.map { ImportFileRecord(key: $0, byteCount: 1 << 33, state: $1) }
                files[2].metadataMapping = 0
                files[3].metadataMapping = 7
                files[4].metadataMapping = 7
                let inserted = files
                try transaction.insert(inserted, of: job.id)
                try expect(transaction.metadataMappings(of: job.id), [0, 7])
                try expect(transaction.metadataMappings(of: ImportJobID(9)), [])
                let keys = ["B", "a/z", "a/ä", "b", "c", "d"]
                let listed = try transaction.importFiles(of: job.id, after: nil, limit: 99)
                try expect(listed.map(\.key), keys)
                try expect(listed.sorted { $0.key < $1.key }, files.sorted { $0.key < $1.key })
                try expect(transaction.importFiles(of: job.id, after: "a/z", limit: 2).map(\.key), ["a/ä", "b"])
                try expect(transaction.importFiles(of: ImportJobID(2), after: nil, limit: 2), [])
                var counts = ImportFileCounts()
                (counts.pending, counts.staged, counts.imported) = (2, 1, 1)
                (counts.customerErrors, counts.serverErrors) = (1, 1)
                try expect(transaction.importFileCounts(of: job.id), counts)
                try transaction.update(files[1], from: files[1].state, of: job.id)
                var changed = files[0]
                changed.state = .imported(ImageSetID(8), version: 1, isPrimary: false, warnings: [])
                try transaction.update(changed, from: files[0].state, of: job.id)
                try expect(transaction.importFiles(of: job.id, after: "a/ä", limit: 1), [changed])
                var unknown = changed
                unknown.key = "zz"
                let record = unknown
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.update(record, from: .pending, of: job.id)
                }
                let old = files[0].state
                try expect(throws: CatalogError(.missing, "")) {
                    try transaction.update(changed, from: old, of: job.id)
                }
                try expect(throws: CatalogError(.missing, "")) { try transaction.insert([record], of: ImportJobID(2)) }
                try expect(throws: CatalogError(.conflict, "")) { try transaction.insert([changed], of: job.id) }
                unknown.state = .staged(StoredObjectID(rawValue: 999), warnings: [])
                let dangling = unknown
                try expect(throws: CatalogError(.missing, "")) { try transaction.insert([dangling], of: job.id) }
            }
        },
        Check("a job that is deleted takes its files, staged objects and tokens along") { catalog in
            try await catalog.write { transaction in
                let (job, other) = (CatalogSample.job(1, submittedAt: 1), CatalogSample.job(2, submittedAt: 1))
                for job in [job, other] {
                    try transaction.insert(job)
                    let object = try transaction.insert(CatalogSample.object(), frames: [])
                    try transaction.insert(
                        [
                            ImportFileRecord(key: "a", byteCount: 1, state: .staged(object, warnings: [])),
                            ImportFileRecord(key: "b", byteCount: 1, state: .pending),
                        ], of: job.id)
                    try transaction.insert(
                        ClientTokenRecord(
                            requestDigest: "d", resourceID: job.id.description, createdAt: Timestamp(milliseconds: 1)),
                        token: job.id.description, operation: "StartDICOMImportJob")
                }
                try transaction.deleteImportJob(job.id)
                try expect(transaction.importJob(job.id), nil)
                try expect(transaction.importFiles(of: job.id, after: nil, limit: 9), [])
                try expect(transaction.clientToken(job.id.description, operation: "StartDICOMImportJob"), nil)
                _ = try transaction.deleteUnreferencedObjects()
                var count = 0
                try transaction.forEachStoredObject { _, _ in count += 1 }
                try expect(count, 1)
                try expect(transaction.importFiles(of: other.id, after: nil, limit: 9).count, 2)
                try expect(transaction.clientToken(other.id.description, operation: "StartDICOMImportJob") != nil, true)
                try expect(throws: CatalogError(.missing, "")) { try transaction.deleteImportJob(job.id) }
            }
        },
        Check("a client token stands for one request of one operation") { catalog in
            try await catalog.write { transaction in
                let record = ClientTokenRecord(
                    requestDigest: "d", resourceID: "r", createdAt: Timestamp(milliseconds: 1))
                try transaction.insert(record, token: "t", operation: "StartDICOMImportJob")
                try expect(transaction.clientToken("t", operation: "StartDICOMImportJob"), record)
                try expect(transaction.clientToken("t", operation: "Other"), nil)
                try expect(throws: CatalogError(.conflict, "")) {
                    try transaction.insert(record, token: "t", operation: "StartDICOMImportJob")
                }
            }
        },
        Check("setting tags replaces all of a resource's") { catalog in
            try await catalog.write { transaction in
                try transaction.setTags(["a": "1", "b": ""], of: "arn:x")
                try transaction.setTags(["c": "2"], of: "arn:y")
                try expect(transaction.tags(of: "arn:x"), ["a": "1", "b": ""])
                try transaction.setTags(["b": "3"], of: "arn:x")
                try expect(transaction.tags(of: "arn:x"), ["b": "3"])
                try transaction.setTags([:], of: "arn:x")
                try expect(transaction.tags(of: "arn:x"), [:])
                try expect(transaction.tags(of: "arn:y"), ["c": "2"])
            }
        },
    ]
}
