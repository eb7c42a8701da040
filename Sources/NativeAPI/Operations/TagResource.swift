import DICOM
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Adds tags to a data store or image set.
struct TagResource: NativeOperation {
    static let interface = OperationInterface(
        "TagResource", .post, "/tags/{resourceArn}",
        [
            Member("resourceArn", .resourceARN, in: .path, isRequired: true),
            Member("tags", .tagMap, isRequired: true),
        ],
        errors: [.throttling, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        try await context.store.tag(input.resourceName(), with: TagMap.read(input["tags"]))
        return JSONAnswer.response { _ in }
    }
}

extension BoundRequest {
    /// The resource of a tag operation. An ARN that fits the pattern but is none of ours names nothing.
    func resourceName() throws -> ResourceName {
        guard let name = ResourceName(text("resourceArn") ?? "") else {
            throw ServiceError(.notFound, "The resource does not exist")
        }
        return name
    }
}
