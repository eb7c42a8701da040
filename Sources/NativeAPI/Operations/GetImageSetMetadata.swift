import Exchange
import HTTPTypes
import ImageSets
import Store

/// The metadata document of an image set, always gzip whatever the client says it accepts: SDK samples gunzip the body
/// themselves, browsers go by the header (spec/10).
struct GetImageSetMetadata: NativeOperation {
    static let interface = OperationInterface(
        "GetImageSetMetadata", .post, "/datastore/{datastoreId}/imageSet/{imageSetId}/getImageSetMetadata",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("imageSetId", .imageSetID, in: .path, isRequired: true),
            Member("versionId", .versionID, in: .query, wireName: "version"),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        let urls = RetrieveURL(origin: context.request.origin, datastore: datastore.id.description)
        let document = try await datastore.metadataDocument(
            of: input.imageSetID(), version: input.version()
        ) { place in
            urls.instance(
                place.sopInstanceUID, series: place.grouping.seriesInstanceUID, study: place.grouping.studyInstanceUID,
                below: "/bulkdata/\(place.hash)", imageSet: place.imageSet?.description,
                version: place.version)
        }
        return Response(
            status: .ok, headers: [.contentType: "application/json", .contentEncoding: "gzip"],
            body: .bytes(document))
    }
}
