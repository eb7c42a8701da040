public import HTTPTypes
public import NIOCore

/// The answer to a request as a value.
public struct Response: Sendable {
    /// What came of the request.
    public var status: HTTPResponse.Status
    /// The header fields but `Content-Length`, which follows from the body.
    public var headers: HTTPFields
    /// The bytes of the answer.
    public var body: ResponseBody

    /// Gathers an answer.
    public init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: ResponseBody = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The body of an answer.
public enum ResponseBody: Sendable {
    /// No bytes.
    case empty
    /// Bytes at hand.
    case bytes(ByteBuffer)
    /// Bytes written one after the other while the client takes them; `length` is announced when known. An error thrown
    /// after the head was sent ends the connection, so that no client takes a cut body for a whole one.
    case stream(length: Int?, @Sendable (_ writer: inout any ResponseWriter) async throws -> Void)
}

/// Takes the pieces of a streamed answer; `write` returns when the client can take more.
public protocol ResponseWriter {
    mutating func write(_ buffer: ByteBuffer) async throws
}
