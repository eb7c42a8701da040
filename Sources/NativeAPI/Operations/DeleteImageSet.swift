import Catalog
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Deletes an image set with all its versions; the answer says LOCKED and DELETING.
struct DeleteImageSet: NativeOperation {
    static let interface = OperationInterface(
        "DeleteImageSet", .post, "/datastore/{datastoreId}/imageSet/{imageSetId}/deleteImageSet",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("imageSetId", .imageSetID, in: .path, isRequired: true),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        let deleted = try await datastore.deleteImageSet(input.imageSetID())
        return JSONAnswer.response { answer in
            answer.put("datastoreId", datastore.id.description)
            answer.put("imageSetId", deleted.imageSet.id.description)
            answer.put("imageSetState", deleted.imageSet.state.rawValue)
            answer.put("imageSetWorkflowStatus", deleted.version.status.rawValue)
        }
    }
}
