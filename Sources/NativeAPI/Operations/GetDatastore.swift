import Catalog
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Tells what a data store is.
struct GetDatastore: NativeOperation {
    static let interface = OperationInterface(
        "GetDatastore", .get, "/datastore/{datastoreId}",
        [Member("datastoreId", .datastoreID, in: .path, isRequired: true)],
        errors: [.throttling, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let record = try await context.store.datastore(input.datastoreID())
        return JSONAnswer.response { answer in
            answer.put("datastoreProperties") { properties in
                properties.put(record, arn: context.store.name(of: record.id))
                properties.put("kmsKeyArn", record.kmsKeyARN)
                properties.put("lambdaAuthorizerArn", record.lambdaAuthorizerARN)
                properties.put("losslessStorageFormat", record.format.rawValue)
            }
        }
    }
}

extension JSONAnswer {
    /// The members that a data store's properties and its summary share.
    mutating func put(_ record: DatastoreRecord, arn: ResourceName) {
        put("datastoreId", record.id.description)
        put("datastoreName", record.name)
        put("datastoreStatus", record.status.rawValue)
        put("datastoreArn", arn.description)
        put("createdAt", record.createdAt)
        put("updatedAt", record.updatedAt)
    }
}
