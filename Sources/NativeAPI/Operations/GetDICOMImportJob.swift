import Catalog
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Tells how far an import job has come.
struct GetDICOMImportJob: NativeOperation {
    static let interface = OperationInterface(
        "GetDICOMImportJob", .get, "/getDICOMImportJob/datastore/{datastoreId}/job/{jobId}",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("jobId", .jobID, in: .path, isRequired: true),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        var job = try await datastore.importJob(input.id("jobId", "DICOM import job"))
        if job.status == .inProgress { job.message = try await datastore.importFileCounts(of: job.id).progress }
        return JSONAnswer.response { answer in
            answer.put("jobProperties") { properties in
                properties.put(job, of: datastore.id)
                properties.put("inputS3Uri", job.inputS3URI)
                properties.put("outputS3Uri", job.resultS3URI ?? job.outputS3URI)
                properties.put("importConfiguration", rawJSON: job.importConfiguration)
            }
        }
    }
}

extension JSONAnswer {
    /// The members that a job's properties and its summary share.
    mutating func put(_ job: ImportJobRecord, of datastore: DatastoreID) {
        put("jobId", job.id.description)
        put("jobName", job.name)
        put("jobStatus", job.status.rawValue)
        put("datastoreId", datastore.description)
        put("dataAccessRoleArn", job.dataAccessRoleARN)
        put("submittedAt", job.submittedAt)
        put("endedAt", job.endedAt)
        put("message", job.message)
    }
}
