import Catalog
import Exchange
import HTTPTypes
import ImageSets
import Store

/// Lists the import jobs of the last 90 days, newest first.
struct ListDICOMImportJobs: NativeOperation {
    static let interface = OperationInterface(
        "ListDICOMImportJobs", .get, "/listDICOMImportJobs/datastore/{datastoreId}",
        [
            Member("datastoreId", .datastoreID, in: .path, isRequired: true),
            Member("jobStatus", .jobStatus, in: .query),
            Member("nextToken", .nextToken, in: .query),
            Member("maxResults", .maxResults, in: .query),
        ],
        errors: [.throttling, .conflict, .accessDenied, .validation, .internal, .notFound])

    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response {
        let datastore = try await context.store.open(input.datastoreID())
        let status = input.text("jobStatus")
        let scope = ["ListDICOMImportJobs", datastore.id.description, status ?? ""]
        let after = try PageToken.decode(input.text("nextToken"), count: 1, request: scope)?[0]
        let most = input.integer("maxResults") ?? 50
        let found = try await datastore.importJobs(
            status: status.flatMap { .init(rawValue: $0) }, after: after.flatMap { ImportJobID($0) }, limit: most + 1)
        let page = found.prefix(most)
        return JSONAnswer.response { answer in
            answer.put("jobSummaries", Array(page)) { $0.put($1, of: datastore.id) }
            if found.count > most, let last = page.last {
                answer.put("nextToken", PageToken.encode([last.id.description], request: scope))
            }
        }
    }
}
