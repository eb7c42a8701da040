import Catalog
import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Makes a data store; the answer says CREATING.
struct CreateDatastore: NativeOperation {
    static let interface = OperationInterface(
        "CreateDatastore", .post, "/datastore",
        [
            Member("datastoreName", .datastoreName),
            Member("clientToken", .clientToken, isRequired: true),
            Member("tags", .tagMap),
            Member("kmsKeyArn", .kmsKeyARN),
            Member("lambdaAuthorizerArn", .lambdaARN),
            Member("losslessStorageFormat", .losslessStorageFormat),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound, .quotaExceeded])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        var creation = DatastoreCreation()
        creation.name = input.text("datastoreName")
        creation.clientToken = input.text("clientToken")
        creation.kmsKeyARN = input.text("kmsKeyArn")
        creation.lambdaAuthorizerARN = input.text("lambdaAuthorizerArn")
        creation.format = input.text("losslessStorageFormat").flatMap { .init(rawValue: $0) } ?? .htj2k
        creation.tags = try TagMap.read(input["tags"])
        let record = try await context.store.createDatastore(creation)
        return JSONAnswer.response { answer in
            answer.put("datastoreId", record.id.description)
            answer.put("datastoreStatus", record.status.rawValue)
        }
    }
}
