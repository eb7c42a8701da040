import Exchange
import HTTPTypes
import Store

/// WADO-RS bulk data (PS3.18 10.4.1.1.5): a value over 1 MB, streamed.
struct RetrieveBulkData: Transaction {
    static let patterns = [
        PathPattern(
            .get, "studies/{study}/series/{series}/instances/{instance}/bulkdata/{hash}", action: "GetDICOMBulkdata")
    ]

    static func perform(_ context: TransactionContext) async throws -> Response {
        let accept = AcceptHeader(context.request.headers[.accept], query: context.request.query.all("accept"))
        let value = try await context.instance().bulkValue(context.labels["hash"] ?? "")
        // The first member that fits decides between a plain and a multipart answer.
        for range in accept.ranges {
            if range.covers("application/octet-stream") {
                return Response(
                    status: .ok, headers: [.contentType: "application/octet-stream", .cacheControl: "private"],
                    body: .stream(length: value.length) { writer in
                        try await value.write { try await writer.write($0) }
                    })
            }
            if range.essence == "multipart/related",
                MediaType(range.parameters["type"]?.lowercased() ?? "*/*").covers("application/octet-stream")
            {
                let multipart = MultipartWriter(boundary: context.request.requestID)
                return Response(
                    status: .ok,
                    headers: [
                        .contentType: multipart.contentType(of: "application/octet-stream"), .cacheControl: "private",
                    ],
                    body: .stream(length: nil) { writer in
                        try await writer.write(multipart.header(contentType: "application/octet-stream"))
                        try await value.write { try await writer.write($0) }
                        try await writer.write(multipart.end)
                    })
            }
        }
        throw DICOMwebError(.notAcceptable, "Bulk data is available as application/octet-stream")
    }
}
