import Exchange
import HTTPTypes
import NIOCore
import NativeAPI

/// Answers that lie in memory, made on the event loop where the request arrived (decision 0004).
extension Dispatcher {
    /// A request whose answer may lie in memory, once its body is there.
    struct MemoryCandidate: Sendable {
        let head: HTTPRequest
        fileprivate let target: RequestTarget
        fileprivate let route: NativeAPI.Route
        fileprivate let started = ContinuousClock.now
    }

    /// The longest body for which a request waits on the event loop.
    static let memoryBodyLimit = 4_096

    /// Whether it is worth waiting for the body of this request; nil sends it the usual way.
    func memoryCandidate(_ head: HTTPRequest) -> MemoryCandidate? {
        guard head.method == .post, head.headerFields[.expect] == nil,
            head.headerFields[.connection].map({ $0.lowercased() == "keep-alive" }) ?? true,
            let length = head.headerFields[.contentLength].flatMap({ Int($0) }), length <= Self.memoryBodyLimit,
            let target = try? RequestTarget(head.path ?? "/"), let route = native.route(head.method, target.path),
            route.mayBeInMemory
        else { return nil }
        return MemoryCandidate(head: head, target: target, route: route)
    }

    /// The answer, where it lies in memory and the signature is good. Nil sends the request the usual way, which also
    /// finds again whatever is wrong with it, and words it.
    func answerFromMemory(
        _ candidate: MemoryCandidate, body: ByteBuffer, clientAddress: @autoclosure () -> String?
    ) -> (head: HTTPResponse, body: ByteBuffer)? {
        let head = candidate.head
        guard let principal = try? authenticator.authenticate(head, target: candidate.target, body: body) else {
            return nil
        }
        let requestID = makeRequestID()
        guard
            let request = try? Exchange.Request(
                method: head.method, target: candidate.target, headers: head.headerFields,
                body: Exchange.RequestBody(body), origin: origin.of(head), principal: principal, requestID: requestID),
            var response = native.respondFromMemory(to: request, body: body, by: candidate.route),
            case .bytes(let bytes) = response.body
        else { return nil }
        complete(&response, to: head, requestID: requestID)
        let outcome = Outcome(response: response, operation: candidate.route.name, principal: principal.arn)
        log(outcome, requestID: requestID, clientAddress: clientAddress(), since: candidate.started)
        return (HTTPResponse(response), bytes)
    }
}
