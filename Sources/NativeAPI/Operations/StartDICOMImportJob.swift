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
        submission.importConfiguration = try input["importConfiguration"].map(Self.checkedConfiguration)
        let job = try await datastore.submitImportJob(submission)
        return JSONAnswer.response { answer in
            answer.put("datastoreId", datastore.id.description)
            answer.put("jobId", job.id.description)
            answer.put("jobStatus", job.status.rawValue)
            answer.put("submittedAt", job.submittedAt)
        }
    }

    /// The configuration as text; no two mappings may be for the same instances, and none may lead out of inputS3Uri.
    private static func checkedConfiguration(_ json: JSONValue) throws -> String {
        let mappings = json["dicomJsonMetadataImportConfiguration"]?["dicomMetadataMappings"]?.array ?? []
        var targets: Set<[String]> = []
        for mapping in mappings {
            let target = ["studyInstanceUID", "seriesInstanceUID"].map { mapping[$0]?.string ?? "" }
            guard targets.insert(target).inserted else {
                throw ServiceError(.validation, "Two of 'dicomMetadataMappings' are for the same study or series")
            }
            let path = (mapping["metadataFilePath"]?.string ?? "").split(
                separator: "/", omittingEmptySubsequences: false)
            // An empty part: a folder takes a//b for a/b, a bucket does not.
            guard !path.contains(".."), !path.contains("."), !path.contains("") else {
                throw ServiceError(.validation, "'metadataFilePath' must name a file below inputS3Uri")
            }
        }
        var text = JSONWriter()
        text.value(json)
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
