import Catalog
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Deletes an empty data store; the answer says DELETING.
struct DeleteDatastore: NativeOperation {
    static let interface = OperationInterface(
        "DeleteDatastore", .delete, "/datastore/{datastoreId}",
        [Member("datastoreId", .datastoreID, in: .path, isRequired: true)],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let record = try await context.store.deleteDatastore(input.datastoreID())
        return JSONAnswer.response { answer in
            answer.put("datastoreId", record.id.description)
            answer.put("datastoreStatus", record.status.rawValue)
        }
    }
}
