import AsyncHTTPClient
import Events
import NIOCore
import NIOHTTP1

/// Posts small bodies, once each and within a time; follows no redirection, which would carry events elsewhere.
struct EventPoster: Sendable {
    private let http: HTTPClient
    private let timeout: Duration

    /// The most bytes of an answer that are read: of what PutEvents says to ten entries there are a few thousand.
    private static let answerBytesMax = 256 << 10

    init(timeout: Duration) {
        var options = HTTPClient.Configuration()
        options.redirectConfiguration = .disallow
        options.httpVersion = .http1Only
        // A connection that is refused is the delivery's to try again.
        options.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
        self.timeout = timeout
    }

    /// The status of the answer and its body.
    func post(
        _ body: [UInt8], to endpoint: EventEndpoint, headers: HTTPHeaders
    ) async throws(EventSinkError) -> (status: Int, body: [UInt8]) {
        var request = HTTPClientRequest(url: endpoint.url)
        request.method = .POST
        request.headers = headers
        request.headers.replaceOrAdd(name: "user-agent", value: "isocenter")
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await http.execute(
                request, deadline: .now() + .milliseconds(timeout.components.seconds * 1_000))
            let answer = try await response.body.collect(upTo: Self.answerBytesMax)
            return (Int(response.status.code), Array(answer.readableBytesView))
        } catch {
            // By kind: texts of the system may hold the address.
            throw EventSinkError(
                "no answer: \((error as? HTTPClientError)?.shortDescription ?? String(describing: type(of: error)))")
        }
    }

    func close() async throws {
        try await http.shutdown()
    }
}
