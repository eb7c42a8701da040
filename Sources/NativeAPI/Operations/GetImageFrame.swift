import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store

/// One frame as stored, without transcoding.
struct GetImageFrame: NativeOperation {
    static let interface = OperationInterface(
        "GetImageFrame", .post, "/datastore/{datastoreId}/imageSet/{imageSetId}/getImageFrame",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("imageSetId", .imageSetID, in: .path, isRequired: true),
            Member("imageFrameInformation", .imageFrameInformation, in: .payload, isRequired: true),
        ],
        errors: [
            .throttling, .conflict, .accessDenied, .validation, .internal, .notFound, .notAcceptable, .badRequest,
        ])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        guard let id = ImageFrameID(input["imageFrameInformation"]?["imageFrameId"]?.string ?? "") else {
            throw ServiceError(.notFound, "ImageFrame does not exist")
        }
        let frame = try await datastore.frame(id, of: input.imageSetID())
        return Response(status: .ok, headers: [.contentType: frame.contentType], body: ResponseBody(frame.bytes))
    }
}
