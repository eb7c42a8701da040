import Catalog
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Lists data stores, newest first.
struct ListDatastores: NativeOperation {
    static let interface = OperationInterface(
        "ListDatastores", .get, "/datastore",
        [
            Member("datastoreStatus", .datastoreStatus, in: .query),
            Member("nextToken", .nextToken, in: .query),
            Member("maxResults", .maxResults, in: .query),
        ],
        errors: [.throttling, .accessDenied, .validation, .internal])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let status = input.text("datastoreStatus")
        let scope = ["ListDatastores", status ?? ""]
        let after = try PageToken.decode(input.text("nextToken"), count: 1, request: scope)?[0]
        let all = try await context.store.datastores().reversed()
            .filter { status == nil || $0.status.rawValue == status }
        let rest = after.map { after in all.drop { $0.id.description != after }.dropFirst() } ?? all[...]
        let page = rest.prefix(input.integer("maxResults") ?? 50)
        return JSONAnswer.response { answer in
            answer.put("datastoreSummaries", Array(page)) { summary, record in
                summary.put(record, arn: context.store.name(of: record.id))
            }
            if page.count < rest.count, let last = page.last {
                answer.put("nextToken", PageToken.encode([last.id.description], request: scope))
            }
        }
    }
}
