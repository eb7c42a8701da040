import DICOMweb
import Exchange
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NativeAPI
import Signing
import Store

/// Takes a request through its stations: request id, preflight, health, route, authentication, operation, answer, log.
struct Dispatcher: Sendable {
    let native: NativeAPI
    private let dicomweb: DICOMweb
    let authenticator: Authenticator
    private let crossOrigin: CrossOrigin
    let origin: RequestOrigin
    private let random128: @Sendable () -> UInt128
    private let logger: Logger

    init(store: Store, configuration: GatewayConfiguration, logger: Logger) {
        native = NativeAPI(store: store)
        dicomweb = DICOMweb(store: store)
        authenticator = Authenticator(store: store, isUnauthenticated: configuration.isUnauthenticated)
        crossOrigin = CrossOrigin(allowedOrigins: configuration.allowedOrigins)
        origin = RequestOrigin(
            isTLS: configuration.tls != nil, trustsForwardedHeaders: configuration.trustsForwardedHeaders)
        random128 = store.environment.random128
        self.logger = logger
    }

    /// Which API serves a path.
    fileprivate enum Route {
        case health
        case native(NativeAPI.Route)
        case dicomweb(DICOMweb.Route)

        var name: String {
            switch self {
            case .health: "Health"
            case .native(let route): route.name
            case .dicomweb(let route): route.name
            }
        }
    }

    /// What came of a request, for the answer and for the log.
    struct Outcome {
        var response: Exchange.Response
        var operation: String
        var principal: String?
        var failure: (any Error)?
    }

    func answer(
        _ request: HummingbirdCore.Request, _ writer: consuming HummingbirdCore.ResponseWriter,
        clientAddress: @autoclosure () -> String?
    ) async throws {
        let started = ContinuousClock.now
        let requestID = makeRequestID()
        if request.headers[.expect]?.lowercased() == "100-continue" {
            // RFC 9110 10.1.1: the client waits for this before it sends its body.
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        var outcome = await outcome(of: request, requestID: requestID)
        complete(&outcome.response, to: request.head, requestID: requestID)
        do {
            try await send(outcome.response, to: writer, isHead: request.method == .head)
        } catch {
            // The head is out: all that is left is to end the connection, so that nobody takes the answer for whole.
            outcome.failure = error
            log(outcome, requestID: requestID, clientAddress: clientAddress(), since: started, wasCut: true)
            throw error
        }
        log(outcome, requestID: requestID, clientAddress: clientAddress(), since: started)
    }

    func makeRequestID() -> String {
        RequestID(random: random128()).text
    }

    /// Adds what every answer carries.
    func complete(_ response: inout Exchange.Response, to request: HTTPRequest, requestID: String) {
        response.headers[.requestID] = requestID
        response.headers[.contentTypeOptions] = "nosniff"
        response.headers.append(contentsOf: crossOrigin.headers(for: request))
    }

    private func outcome(of request: HummingbirdCore.Request, requestID: String) async -> Outcome {
        if let fields = crossOrigin.preflight(request.head) {
            return Outcome(response: Response(status: .noContent, headers: fields), operation: "Preflight")
        }
        var route: Route?
        do {
            let target = try RequestTarget(request.head.path ?? "/")
            route = self.route(request.method, target.path)
            if let route, case .health = route {
                return Outcome(response: Self.healthy, operation: route.name)
            }
            let authenticated = try await authenticator.authenticate(
                request, target: target, buffersBody: route?.buffersBody ?? true)
            // Which operations there are is told to those who have proven who they are.
            guard let route else {
                return Outcome(response: Self.unknownOperation, operation: "Unknown")
            }
            let exchange = try Exchange.Request(
                method: request.method, target: target, headers: request.headers, body: authenticated.body,
                origin: origin.of(request.head), principal: authenticated.principal, requestID: requestID)
            return await perform(route, exchange)
        } catch let error as SignatureError {
            return Outcome(response: error.response, operation: route?.name ?? "Unknown", failure: error)
        } catch {
            if let route, case .dicomweb = route {
                let (response, failure) = DICOMweb.answer(to: error)
                return Outcome(response: response, operation: route.name, failure: failure)
            }
            let failure = ServiceError(error)
            return Outcome(
                response: failure.response, operation: route?.name ?? "Unknown", failure: failure.cause ?? failure)
        }
    }

    private func route(_ method: HTTPRequest.Method, _ path: [String]) -> Route? {
        if path == ["health"], method == .get || method == .head { return .health }
        if let route = native.route(method, path) { return .native(route) }
        if let route = dicomweb.route(method, path) { return .dicomweb(route) }
        return nil
    }

    private func perform(_ route: Route, _ request: Exchange.Request) async -> Outcome {
        switch route {
        case .health:
            return Outcome(response: Self.healthy, operation: route.name)
        case .native(let operation):
            let (response, failure) = await native.respond(to: request, by: operation)
            return Outcome(
                response: response, operation: route.name, principal: request.principal.arn,
                failure: failure?.cause ?? failure)
        case .dicomweb(let transaction):
            let (response, failure) = await dicomweb.respond(to: request, by: transaction)
            return Outcome(
                response: response, operation: route.name, principal: request.principal.arn, failure: failure)
        }
    }

    private func send(
        _ response: Exchange.Response, to writer: consuming HummingbirdCore.ResponseWriter, isHead: Bool
    ) async throws {
        let head = HTTPResponse(response)
        switch response.body {
        case _ where isHead:
            try await writer.writeResponse(head)
        case .empty:
            try await writer.writeResponse(head)
        case .bytes(let buffer):
            try await writer.write(response: head, body: HummingbirdCore.ResponseBody(byteBuffer: buffer))
        case .stream(_, let write):
            var body: any Exchange.ResponseWriter = BodyWriter(writer: try await writer.writeHead(head))
            try await write(&body)
            if let body = body as? BodyWriter { try await body.writer.finish(nil) }
        }
    }

    private struct BodyWriter: Exchange.ResponseWriter {
        var writer: any ResponseBodyWriter

        mutating func write(_ buffer: ByteBuffer) async throws {
            try await writer.write(buffer)
        }
    }

    /// One line per request: what, who, how it went, how long. Never the URL: it holds UIDs and search values.
    func log(
        _ outcome: Outcome, requestID: String, clientAddress: @autoclosure () -> String?,
        since started: ContinuousClock.Instant, wasCut: Bool = false
    ) {
        let status = outcome.response.status.code
        logger.log(
            level: status >= 500 ? .error : wasCut ? .notice : .info, wasCut ? "request cut" : "request",
            metadata: {
                let elapsed = started.duration(to: .now)
                let milliseconds =
                    elapsed.components.seconds * 1_000 + elapsed.components.attoseconds / 1_000_000_000_000_000
                var metadata: Logger.Metadata = [
                    "requestId": "\(requestID)", "operation": "\(outcome.operation)", "status": "\(status)",
                    "milliseconds": "\(milliseconds)",
                ]
                if let principal = outcome.principal { metadata["principal"] = "\(principal)" }
                if let clientAddress = clientAddress() { metadata["client"] = "\(clientAddress)" }
                if status >= 500 || wasCut, let failure = outcome.failure { metadata["failure"] = "\(failure)" }
                return metadata
            }())
    }

    private static let healthy = Exchange.Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: .bytes(ByteBuffer(string: #"{"status":"ok"}"#)))

    private static let unknownOperation = Exchange.Response(
        status: .notFound, errorType: "UnknownOperationException", message: "The requested operation does not exist.")
}

extension HTTPResponse {
    /// The head of an answer, its length included where it is known.
    init(_ response: Exchange.Response) {
        self.init(status: response.status, headerFields: response.headers)
        let length: Int?
        switch response.body {
        case .empty: length = response.status == .noContent || response.status == .notModified ? nil : 0
        case .bytes(let buffer): length = buffer.readableBytes
        case .stream(let declared, _): length = declared
        }
        if let length { headerFields[.contentLength] = String(length) }
    }
}

extension Dispatcher.Route {
    /// Whether the body is read whole and checked before the operation begins: all but uploads, which are streamed.
    fileprivate var buffersBody: Bool {
        if case .dicomweb(let route) = self { !route.streamsBody } else { true }
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("x-amzn-RequestId")!
    static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
    static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")!
    static let forwardedHost = HTTPField.Name("X-Forwarded-Host")!
    static let forwarded = HTTPField.Name("Forwarded")!
}
