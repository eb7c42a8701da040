import Catalog
import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Changes the metadata of an image set, or reverts it; the answer says LOCKED and UPDATING.
struct UpdateImageSetMetadata: NativeOperation {
    static let interface = OperationInterface(
        "UpdateImageSetMetadata", .post, "/datastore/{datastoreId}/imageSet/{imageSetId}/updateImageSetMetadata",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("imageSetId", .imageSetID, in: .path, isRequired: true),
            Member("latestVersionId", .versionID, in: .query, wireName: "latestVersion", isRequired: true),
            Member("force", .boolean, in: .query),
            Member("includeStudyImageSets", .boolean, in: .query),
            Member("updateImageSetMetadataUpdates", .metadataUpdates, in: .payload, isRequired: true),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound, .quotaExceeded])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        var update = MetadataUpdate(
            latestVersion: try input.version("latestVersionId"), try change(input["updateImageSetMetadataUpdates"]))
        update.isForced = input["force"]?.boolean ?? false
        update.includesStudy = input["includeStudyImageSets"]?.boolean ?? false
        let updated = try await datastore.updateMetadata(of: input.imageSetID(), by: update)
        return JSONAnswer.response { answer in
            answer.put("datastoreId", datastore.id.description)
            answer.put("imageSetId", updated.imageSet.id.description)
            answer.put("latestVersionId", String(updated.version.number))
            answer.put("imageSetState", updated.imageSet.state.rawValue)
            answer.put("imageSetWorkflowStatus", updated.version.status.rawValue)
            answer.put("createdAt", updated.version.createdAt)
            answer.put("updatedAt", updated.version.updatedAt)
        }
    }

    private static func change(_ updates: JSONValue?) throws -> MetadataUpdate.Change {
        if let version = updates?["revertToVersionId"]?.string {
            return .revert(to: try BoundRequest.versionNumber(version))
        }
        let documents = updates?["DICOMUpdates"]
        func bytes(_ name: String) -> [UInt8]? {
            (documents?[name]?.string).flatMap { Base64.decode($0) }
        }
        let (updatable, removable) = (bytes("updatableAttributes"), bytes("removableAttributes"))
        guard updatable != nil || removable != nil else {
            throw ServiceError(.validation, "DICOMUpdates must have updatableAttributes or removableAttributes")
        }
        return .attributes(updatable: updatable, removable: removable)
    }
}
