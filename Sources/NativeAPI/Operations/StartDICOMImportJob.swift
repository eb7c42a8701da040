import Catalog
import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Submits an import job.
struct StartDICOMImportJob: NativeOperation {
    static let interface = OperationInterface(
        "StartDICOMImportJob", .post, "/startDICOMImportJob/datastore/{datastoreId}",
        [
            Member("jobName", .jobName),
            Member("dataAccessRoleArn", .roleARN, isRequired: true),
            Member("clientToken", .clientToken, isRequired: true),
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("inputS3Uri", .s3URI, isRequired: true),
            Member("outputS3Uri", .s3URI, isRequired: true),
            Member("inputOwnerAccountId", .accountID),
            Member("importConfiguration", .importConfiguration),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound, .quotaExceeded])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        guard input["importConfiguration"] == nil else {
            throw ServiceError(.validation, "importConfiguration is not supported by this version of Isocenter")
        }
        for member in ["inputS3Uri", "outputS3Uri"] where "\(input.text(member) ?? "")/".hasPrefix("s3://local-folder/")
        {
            // The name stands for this machine's own files, which only `isocenter import` may read.
            throw ServiceError(.validation, "The bucket of '\(member)' is reserved")
        }
        let datastore = try await context.store.open(input.datastoreID())
        var submission = ImportJobSubmission(
            clientToken: input.text("clientToken") ?? "", dataAccessRoleARN: input.text("dataAccessRoleArn") ?? "",
            inputS3URI: input.text("inputS3Uri") ?? "", outputS3URI: input.text("outputS3Uri") ?? "")
        submission.name = input.text("jobName")
        submission.inputOwnerAccountID = input.text("inputOwnerAccountId")
        let job = try await datastore.submitImportJob(submission)
        return JSONAnswer.response { answer in
            answer.put("datastoreId", datastore.id.description)
            answer.put("jobId", job.id.description)
            answer.put("jobStatus", job.status.rawValue)
            answer.put("submittedAt", job.submittedAt)
        }
    }
}
