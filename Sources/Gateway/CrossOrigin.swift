import HTTPTypes

/// Cross-origin resource sharing (the Fetch standard's CORS protocol) for browser consoles and viewers.
struct CrossOrigin: Sendable {
    private let allowedOrigins: Set<String>

    init(allowedOrigins: [String]) {
        self.allowedOrigins = Set(allowedOrigins)
    }

    /// `Accept` stops being safelisted once it holds a quote, which every DICOMweb Accept does, so it is named.
    private static let allowedHeaders = [
        "authorization", "accept", "accept-encoding", "content-type", "content-encoding", "range", "if-none-match",
        "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "x-amz-decoded-content-length",
        "x-amz-user-agent", "amz-sdk-invocation-id", "amz-sdk-request",
    ].joined(separator: ", ")

    private static let exposedHeaders = [
        "content-type", "content-length", "content-encoding", "content-location", "content-range", "accept-ranges",
        "etag", "warning", "x-amzn-requestid", "x-amzn-errortype",
    ].joined(separator: ", ")

    /// What the answer to a preflight request carries beside ``headers(for:)``; nil when the request is none.
    func preflight(_ request: HTTPRequest) -> HTTPFields? {
        guard request.method == .options, request.headerFields[.origin] != nil else { return nil }
        guard headers(for: request)[.accessControlAllowOrigin] != nil else { return [:] }
        var fields: HTTPFields = [:]
        fields[.accessControlAllowMethods] = "GET, POST, DELETE, HEAD, OPTIONS"
        fields[.accessControlAllowHeaders] = Self.allowedHeaders
        fields[.accessControlMaxAge] = "172800"
        return fields
    }

    /// What every answer carries, errors too, so that a page can read why it failed.
    func headers(for request: HTTPRequest) -> HTTPFields {
        var fields: HTTPFields = [:]
        if allowedOrigins.contains("*") {
            guard request.headerFields[.origin] != nil else { return fields }
            fields[.accessControlAllowOrigin] = "*"
        } else {
            // Also without an origin: a cache must not give that answer to a page.
            fields[.vary] = "Origin"
            guard let origin = request.headerFields[.origin], allowedOrigins.contains(origin) else { return fields }
            fields[.accessControlAllowOrigin] = origin
        }
        fields[.accessControlExposeHeaders] = Self.exposedHeaders
        return fields
    }
}
