import DICOM
import Exchange
import HTTPTypes
import Store

/// The tags of a data store or image set.
struct ListTagsForResource: NativeOperation {
    static let interface = OperationInterface(
        "ListTagsForResource", .get, "/tags/{resourceArn}",
        [Member("resourceArn", .resourceARN, in: .path, isRequired: true)],
        errors: [.throttling, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let tags = try await context.store.tags(of: input.resourceName())
        return JSONAnswer.response { answer in
            answer.put("tags") { map in
                for (key, value) in tags.sorted(by: { $0.key < $1.key }) { map.put(key, value) }
            }
        }
    }
}
