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
        return response(try await datastore.frame(frameID(of: input), of: input.imageSetID()))
    }

    static var mayBeInMemory: Bool { true }

    static func performFromMemory(_ input: BoundRequest, in context: OperationContext) throws -> Response? {
        try context.store.openDatastore(input.datastoreID())?
            .frameInMemory(frameID(of: input), of: input.imageSetID()).map(response)
    }

    private static func frameID(of input: BoundRequest) throws -> ImageFrameID {
        guard let id = ImageFrameID(input["imageFrameInformation"]?["imageFrameId"]?.string ?? "") else {
            throw ServiceError(.notFound, "ImageFrame does not exist")
        }
        return id
    }

    private static func response(_ frame: StoredFrame) -> Response {
        Response(status: .ok, headers: [.contentType: frame.contentType], body: ResponseBody(frame.bytes))
    }
}
