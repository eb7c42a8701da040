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
        var successes = JSONLines()
        var failures = JSONLines()
        var warnings = JSONLines()
        var imageSets: [ImageSetID: ImageSetSummary] = [:]
        var last: String?
        while true {
            let page = try await store.importFiles(of: job.id, after: last, limit: 500)
            guard let end = page.last else { break }
            last = end.key
            for file in page {
                switch file.state {
                case .imported(let imageSet, let version, let isPrimary, let found):
                    let response = ImportResponse(imageSet: imageSet, version: version, isPrimary: isPrimary)
                    imageSets[imageSet, default: ImageSetSummary(response)].instanceCount += 1
                    successes.append { response.write(to: &$0, inputFile: file.key, warnings: []) }
                    if !found.isEmpty {
                        warnings.append { response.write(to: &$0, inputFile: file.key, warnings: found) }
                    }
                case .failed(let type, let message, _):
                    failures.append { json in
                        json.beginObject()
                        json.name("inputFile")
                        json.string(file.key)
                        json.name("exception")
                        json.beginObject()
                        json.name("exceptionType")
                        json.string(type)
                        json.name("message")
                        json.string(message)
                        json.endObject()
                        json.endObject()
                    }
                case .pending, .staged:
                    throw StoreError(.internal, "a file of job \(job.id) has no outcome")
                }
            }
        }
        try await successes.write(to: folder.appending("SUCCESS/success.ndjson"), in: objects)
        try await failures.write(to: folder.appending("FAILURE/failure.ndjson"), in: objects)
        try await warnings.write(to: folder.appending("WARNING/warning.ndjson"), in: objects)
        let summaries = imageSets.values.sorted { $0.response.imageSet < $1.response.imageSet }
        let manifest = try await ImportManifest(
            job: job, datastore: datastore, folder: folder, counts: store.importFileCounts(of: job.id),
            imageSets: summaries
        ).bytes(from: store)
        try await objects.write(manifest, to: folder.appending("job-output-manifest.json"))
    }
}

/// One image set that a job made or gave a version.
struct ImageSetSummary {
    var response: ImportResponse
    var instanceCount = 0

    init(_ response: ImportResponse) {
        self.response = response
    }
}

/// Where a file went, as the ndjson lines tell it.
struct ImportResponse {
    var imageSet: ImageSetID
    var version: Int
    var isPrimary: Bool

    func write(to json: inout JSONWriter, inputFile: String, warnings: [ImportFileWarning]) {
        json.beginObject()
        json.name("inputFile")
        json.string(inputFile)
        json.name("importResponse")
        json.beginObject()
        json.name("imageSetId")
        json.string(imageSet.description)
        json.name("imageSetVersion")
        json.number(version)
        json.name("isPrimary")
        json.boolean(isPrimary)
        if !warnings.isEmpty {
            json.name("warnings")
            json.beginArray()
            for warning in warnings {
                json.beginObject()
                json.name("warning_reason_code")
                json.number(warning.code)
                json.name("type")
                json.string(ImportWarning.Code(rawValue: warning.code)?.type ?? "Other")
                json.name("message")
                json.string(warning.message)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        json.endObject()
    }
}

/// A file of JSON texts, one a line; written only when it has lines.
struct JSONLines {
    private var bytes: [UInt8] = []

    mutating func append(_ line: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        line(&json)
        bytes += json.bytes
        bytes.append(UInt8(ascii: "\n"))
    }

    func write(to object: S3URI, in objects: any ObjectStore) async throws {
        guard !bytes.isEmpty else { return }
        try await objects.write(bytes, to: object)
    }
}
