import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Signing
import Synchronization

/// A client of S3 and of what speaks its protocol.
///
/// Requests are signed for the region that the bucket is in, which is learned from the first refusal. What fails for a
/// passing reason is tried again with growing, random pauses (``RetryPolicy``). Every method throws ``S3Error``, or
/// `CancellationError`.
public struct S3Client: Sendable {
    let configuration: S3Configuration
    let environment: S3Environment
    private let http: HTTPClient
    private let budget = RetryBudget()
    private let regions = BucketRegions()

    /// The most bytes of an XML document that are read: a page of a listing has 1,000 keys of 1,024 bytes.
    private static let maximumDocumentBytes = 16 << 20
    private static let maximumRedirections = 3

    /// A client with connections of its own; ``close()`` ends them. `hosts` are addresses of names, which no resolver is
    /// asked for.
    public init(
        _ configuration: S3Configuration, environment: S3Environment = .system, hosts: [String: String] = [:]
    ) {
        var options = HTTPClient.Configuration()
        options.redirectConfiguration = .disallow
        options.httpVersion = .http1Only
        options.dnsOverride = hosts
        options.timeout = .init(
            connect: .seconds(configuration.connectTimeoutSeconds), read: .seconds(configuration.readTimeoutSeconds))
        options.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.connections
        // A connection that is refused is ours to try again.
        options.connectionPool.retryConnectionEstablishment = false
        self.configuration = configuration
        self.environment = environment
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: options)
    }

    /// Closes all connections.
    public func close() async throws {
        try await http.shutdown()
    }

    // MARK: Requests

    /// Makes a request until it succeeds; its body is unread.
    func send(_ request: S3Request) async throws -> HTTPClientResponse {
        var attempt = 1
        var redirections = 0
        while true {
            let region = regions[request.bucket] ?? configuration.region
            let refusal: S3Refusal?
            var failure = S3Error(.unavailable)
            do {
                let response = try await execute(request, region: region)
                if (200..<300).contains(response.status.code) {
                    budget.earn()
                    return response
                }
                refusal = try await self.refusal(of: response, to: request)
            } catch let error as S3Error {
                throw error
            } catch {
                try Task.checkCancellation()
                refusal = nil
                failure.cause = Self.cause(of: error)
            }
            if let refusal {
                if redirections < Self.maximumRedirections, let home = refusal.redirection(from: region) {
                    regions[request.bucket] = home
                    redirections += 1
                    continue
                }
                failure = refusal.error
                guard refusal.isPassing else { throw failure }
            }
            guard attempt < configuration.retries.maximumAttempts, budget.spend() else { throw failure }
            try await pause(after: attempt, requested: refusal?.retryAfter)
            attempt += 1
        }
    }

    /// Makes a request and reads the XML document of the answer, whose root has one of these names.
    func document(_ request: S3Request, root name: String) async throws -> XMLNode {
        let response = try await send(request)
        let status = Int(response.status.code)
        guard let document = XMLNode(document: try await body(of: response)) else {
            throw S3Error(.invalidAnswer, status: status)
        }
        // Long requests are answered with 200 before they can fail.
        if document.name == "Error" {
            throw S3Refusal(status: status, headers: response.headers, document: document).error
        }
        guard document.name == name else { throw S3Error(.invalidAnswer, status: status) }
        return document
    }

    /// Waits as the policy has it.
    func pause(after attempt: Int, requested: Duration? = nil) async throws {
        try await environment.sleep(
            configuration.retries.pause(after: attempt, random: environment.random(), requested: requested))
    }

    /// Takes a retry from those that all requests share.
    func mayRetry() -> Bool {
        budget.spend()
    }

    private func execute(_ request: S3Request, region: String) async throws -> HTTPClientResponse {
        let target = request.target(configuration, region: region)
        var headers = request.headers
        headers.add(name: "host", value: target.host)
        let signer = Signer.s3(credential: configuration.credential, region: region)
        let signed = signer.sign(
            RequestDescription(
                method: request.method.rawValue, rawPath: target.path, rawQuery: target.query,
                headers: headers.map { ($0.name, $0.value) }),
            payloadHash: request.body.map { .of($0.readableBytesView) } ?? .sha256(PayloadHash.emptySHA256),
            at: environment.now())
        for field in signed { headers.replaceOrAdd(name: field.name, value: field.value) }
        var sent = HTTPClientRequest(url: target.url)
        sent.method = request.method
        sent.headers = headers
        sent.body = request.body.map { .bytes($0) }
        return try await http.execute(sent, deadline: .distantFuture)
    }

    private func refusal(of response: HTTPClientResponse, to request: S3Request) async throws -> S3Refusal {
        let document: XMLNode? = request.method == .HEAD ? nil : XMLNode(document: try await body(of: response))
        return S3Refusal(status: Int(response.status.code), headers: response.headers, document: document)
    }

    /// All bytes of a document.
    private func body(of response: HTTPClientResponse) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in response.body {
            guard bytes.count + piece.readableBytes <= Self.maximumDocumentBytes else {
                throw S3Error(.invalidAnswer, status: Int(response.status.code), cause: "the document is too large")
            }
            bytes += piece.readableBytesView
        }
        return bytes
    }

    /// What went wrong below, by type: texts of the system may hold addresses, which is fine, but no keys.
    static func cause(of error: any Error) -> String {
        (error as? HTTPClientError)?.shortDescription ?? String(describing: type(of: error))
    }
}

/// The regions of the buckets that said so.
final class BucketRegions: Sendable {
    /// Buckets are few; a client that meets more of them learns again.
    private static let maximumCount = 10_000

    private let known = Mutex<[String: String]>([:])

    subscript(bucket: String) -> String? {
        get { known.withLock { $0[bucket] } }
        set {
            known.withLock { known in
                if known.count >= Self.maximumCount { known.removeAll() }
                known[bucket] = newValue
            }
        }
    }
}
