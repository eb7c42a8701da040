/// What a request line names: the path and query as they stood on the wire, and the path decoded.
public struct RequestTarget: Sendable, Hashable {
    /// The path, percent-encoded as sent, without query.
    public let rawPath: String
    /// What stands after the first `?`, percent-encoded as sent; nil when there is no `?`.
    public let rawQuery: String?
    /// The path's segments, percent-decoded; empty segments (`//`, a trailing slash) are dropped.
    public let path: [String]

    /// Takes a target in origin form (RFC 9112 3.2.1) apart; throws `malformed` when the path does not decode.
    public init(_ target: String) throws(ExchangeError) {
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            rawPath = String(target[..<mark])
            rawQuery = String(target[target.utf8.index(after: mark)...])
        } else {
            rawPath = target
            rawQuery = nil
        }
        path = try PercentEncoding.decodedSegments(of: rawPath)
    }
}
