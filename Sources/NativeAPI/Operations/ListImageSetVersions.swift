import Catalog
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Lists the versions of an image set, newest first.
struct ListImageSetVersions: NativeOperation {
    static let interface = OperationInterface(
        "ListImageSetVersions", .post, "/datastore/{datastoreId}/imageSet/{imageSetId}/listImageSetVersions",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("imageSetId", .imageSetID, in: .path, isRequired: true),
            Member("nextToken", .nextToken, in: .query),
            Member("maxResults", .maxResults, in: .query),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        let imageSet = try input.imageSetID()
        let scope = ["ListImageSetVersions", datastore.id.description, imageSet.description]
        let before = try PageToken.decode(input.text("nextToken"), count: 1, request: scope)?[0]
        let most = input.integer("maxResults") ?? 50
        let found = try await datastore.versions(of: imageSet, before: before.flatMap { Int($0) }, limit: most + 1)
        let page = found.prefix(most)
        return JSONAnswer.response { answer in
            answer.put("imageSetPropertiesList", Array(page)) { properties, version in
                properties.put(version, statusKey: "ImageSetWorkflowStatus")
            }
            if found.count > most, let last = page.last {
                answer.put("nextToken", PageToken.encode([String(last.version.number)], request: scope))
            }
        }
    }
}
