import Catalog
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Tells what an image set is, in its latest or a named version.
struct GetImageSet: NativeOperation {
    static let interface = OperationInterface(
        "GetImageSet", .post, "/datastore/{datastoreId}/imageSet/{imageSetId}/getImageSet",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("imageSetId", .imageSetID, in: .path, isRequired: true),
            Member("versionId", .versionID, in: .query, wireName: "version"),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        let found = try await datastore.imageSet(input.imageSetID(), version: input.version())
        return JSONAnswer.response { answer in
            answer.put("datastoreId", datastore.id.description)
            answer.put(found, statusKey: "imageSetWorkflowStatus")
            answer.put("imageSetArn", context.store.name(of: datastore.id, imageSet: found.imageSet.id).description)
            answer.put("lastAccessedAt", found.imageSet.lastAccessedAt)
            answer.put("storageTier", found.imageSet.storageTier.rawValue)
        }
    }
}

extension JSONAnswer {
    /// The members that GetImageSet and ListImageSetVersions share; the model spells one of them differently.
    mutating func put(_ found: ImageSetVersion, statusKey: String) {
        let isLatest = found.version.number == found.imageSet.latestVersion
        put("imageSetId", found.imageSet.id.description)
        put("versionId", String(found.version.number))
        put("imageSetState", (isLatest ? found.imageSet.state : .active).rawValue)
        put(statusKey, found.version.status.rawValue)
        put("createdAt", found.version.createdAt)
        put("updatedAt", found.version.updatedAt)
        put("message", found.version.message)
        if let wasForced = found.version.wasForced {
            put("overrides") { $0.put("forced", wasForced) }
        }
        put("isPrimary", found.version.isPrimary)
    }
}
