public import HTTPTypes

/// One HTTP request as a value, without the server that received it.
public struct Request: Sendable {
    /// What is asked to be done.
    public var method: HTTPRequest.Method
    /// The path's segments, percent-decoded; empty segments (`//`, a trailing slash) are dropped.
    public var path: [String]
    /// The decoded query.
    public var query: Query
    /// The header fields as they came.
    public var headers: HTTPFields
    /// The body, to be read once.
    public var body: RequestBody
    /// Scheme and authority as the client used them (`https://host:port`), for absolute URLs in answers.
    public var origin: String
    /// Who asks; decided by the gateway before any operation sees the request.
    public var principal: Principal
    /// Shown as `x-amzn-RequestId` and in the log.
    public var requestID: String

    /// Gathers a request; throws `malformed` when the query does not decode.
    public init(
        method: HTTPRequest.Method, target: RequestTarget, headers: HTTPFields, body: RequestBody, origin: String,
        principal: Principal, requestID: String
    ) throws(ExchangeError) {
        self.method = method
        self.path = target.path
        self.query = try Query(target.rawQuery ?? "")
        self.headers = headers
        self.body = body
        self.origin = origin
        self.principal = principal
        self.requestID = requestID
    }
}

/// Who made a request.
public struct Principal: Sendable, Hashable {
    /// The access key that signed the request.
    public var accessKeyID: String
    /// Such as `arn:aws:iam::123456789012:root`.
    public var arn: String
    /// The account of the principal, twelve digits.
    public var accountID: String

    /// Gathers a principal.
    public init(accessKeyID: String, arn: String, accountID: String) {
        self.accessKeyID = accessKeyID
        self.arn = arn
        self.accountID = accountID
    }
}
