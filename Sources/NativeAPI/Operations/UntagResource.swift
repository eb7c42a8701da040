import DICOM
import Exchange
import HTTPTypes
import Store

/// Removes tags from a data store or image set.
struct UntagResource: NativeOperation {
    static let interface = OperationInterface(
        "UntagResource", .delete, "/tags/{resourceArn}",
        [
            Member("resourceArn", .resourceARN, in: .path, isRequired: true),
            Member("tagKeys", .tagKeyList, in: .query, isRequired: true),
        ],
        errors: [.throttling, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let keys = (input["tagKeys"]?.array ?? []).compactMap(\.string)
        try await context.store.untag(input.resourceName(), keys: keys)
        return JSONAnswer.response { _ in }
    }
}
