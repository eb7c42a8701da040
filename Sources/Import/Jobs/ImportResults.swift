import Catalog
import DICOM
import ImageSets
import Store

/// The result files of a job (spec/20): manifest, SUCCESS, FAILURE and WARNING lines.
///
/// Everything is computed from the durable file states, so writing it again after a crash gives the same bytes.
struct ImportResults {
    let job: ImportJobRecord
    let datastore: DatastoreID

    /// The job's own folder below outputS3Uri.
    var folder: S3URI {
        (S3URI(job.outputS3URI) ?? S3URI(bucket: "", key: "")).appending("\(datastore)-DicomImport-\(job.id)/")
    }

    func write(from store: Datastore, to objects: any ObjectStore) async throws {
        var imageSets: [ImageSetID: ImageSetSummary] = [:]
        var hasWarned = false
        try await forEachFile(in: store) { file in
            switch file.state {
            case .imported(let imageSet, let version, let isPrimary, let warnings):
                let response = ImportResponse(imageSet: imageSet, version: version, isPrimary: isPrimary)
                imageSets[imageSet, default: ImageSetSummary(response)].instanceCount += 1
                hasWarned = hasWarned || !warnings.isEmpty
            case .failed: break
            case .pending, .staged: throw StoreError(.internal, "a file of job \(job.id) has no outcome")
            }
        }
        let counts = try await store.importFileCounts(of: job.id)
        let manifest = ImportManifest(
            job: job, datastore: datastore, folder: folder, counts: counts,
            imageSets: imageSets.values.sorted { $0.response.imageSet < $1.response.imageSet })
        try await withThrowingTaskGroup(of: Void.self) { lines in
            lines.addTask { [hasWarned] in
                try await writeLines(counts, hasWarned: hasWarned, from: store, to: objects)
            }
            try await objects.write(to: folder.appending("job-output-manifest.json")) { append in
                try await manifest.write(from: store, append)
                // The manifest comes last: who sees it finds the others.
                try await lines.waitForAll()
            }
        }
    }

    /// Writes those of the three files that have lines.
    private func writeLines(
        _ counts: ImportFileCounts, hasWarned: Bool, from store: Datastore, to objects: any ObjectStore
    ) async throws {
        if counts.imported > 0 {
            try await writeLines("SUCCESS/success.ndjson", from: store, to: objects) { file, json in
                guard case .imported(let imageSet, let version, let isPrimary, _) = file.state else { return }
                ImportResponse(imageSet: imageSet, version: version, isPrimary: isPrimary)
                    .write(to: &json, inputFile: file.key, warnings: [])
            }
        }
        if counts.customerErrors + counts.serverErrors > 0 {
            try await writeLines("FAILURE/failure.ndjson", from: store, to: objects) { file, json in
                guard case .failed(let type, let message, _) = file.state else { return }
                Self.write(exceptionType: type, message, inputFile: file.key, to: &json)
            }
        }
        if hasWarned {
            try await writeLines("WARNING/warning.ndjson", from: store, to: objects) { file, json in
                guard case .imported(let imageSet, let version, let isPrimary, let warnings) = file.state,
                    !warnings.isEmpty
                else { return }
                ImportResponse(imageSet: imageSet, version: version, isPrimary: isPrimary)
                    .write(to: &json, inputFile: file.key, warnings: warnings)
            }
        }
    }

    private func forEachFile(
        in store: Datastore, _ body: (ImportFileRecord) async throws -> Void
    ) async throws {
        var last: String?
        while true {
            let page = try await store.importFiles(of: job.id, after: last, limit: 500)
            guard let end = page.last else { return }
            last = end.key
            for file in page { try await body(file) }
        }
    }

    /// Writes a file of JSON texts, one a line; a file for which `line` writes nothing has none.
    private func writeLines(
        _ name: String, from store: Datastore, to objects: any ObjectStore,
        _ line: (ImportFileRecord, inout JSONWriter) -> Void
    ) async throws {
        try await objects.write(to: folder.appending(name)) { append in
            var lines: [UInt8] = []
            try await forEachFile(in: store) { file in
                var json = JSONWriter()
                line(file, &json)
                let text = json.bytes
                guard !text.isEmpty else { return }
                lines += text
                lines.append(UInt8(ascii: "\n"))
                if lines.count >= ImportManifest.pieceBytes {
                    try await append(lines)
                    lines.removeAll(keepingCapacity: true)
                }
            }
            try await append(lines)
        }
    }

    private static func write(
        exceptionType type: String, _ message: String, inputFile: String, to json: inout JSONWriter
    ) {
        json.beginObject()
        json.name("inputFile")
        json.string(inputFile)
        json.name("exception")
        json.beginObject()
        json.name("exceptionType")
        json.string(type)
        json.name("message")
        json.string(message)
        json.endObject()
        json.endObject()
    }
}
