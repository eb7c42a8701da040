import Catalog
import Embedded
import Foundation
import Gateway
import ImageSets
import Logging
import Signing
import Store
import Synchronization
import Testing

/// A gateway that listens on a port of its own, over an embedded store with one data store and one access key.
struct ServerFixture: Sendable {
    let store: Store
    let datastore: Datastore
    let port: Int
    let credential: Credential

    /// Runs with a fresh server and stops it.
    static func run(
        store configureStore: (inout StoreConfiguration) -> Void = { _ in },
        gateway configureGateway: (inout GatewayConfiguration) -> Void = { _ in },
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ body: (ServerFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var storeConfiguration = StoreConfiguration()
        storeConfiguration.spoolDirectory = folder
        configureStore(&storeConfiguration)
        let store = try await Store.open(
            storeConfiguration,
            environment: StoreEnvironment(
                now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) },
                random128: { UInt128.random(in: 0...UInt128.max) }),
            engines: EmbeddedEngines(DataDirectory(folder)))
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        let key = try await store.makeAccessKey(for: "arn:aws:iam::123456789012:root")
        var configuration = GatewayConfiguration()
        configuration.port = 0
        configureGateway(&configuration)
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let gateway = try Gateway(store: store, configuration: configuration, logger: logger) { listening.yield($0) }
        let serving = Task {
            defer { listening.finish() }
            try await gateway.run()
        }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next(), "the server does not listen")
        try await body(
            ServerFixture(
                store: store, datastore: datastore, port: port,
                credential: Credential(accessKeyID: key.id, secretAccessKey: key.secret)))
        serving.cancel()
        _ = await serving.result
        try await store.close()
    }

    /// How a request says what its body is.
    enum Payload {
        /// `x-amz-content-sha256` names the hash.
        case named
        /// The signature covers the hash, and no header names it, as SDKs do it for this service.
        case covered
        /// `UNSIGNED-PAYLOAD`.
        case unsigned
    }

    /// The header fields of a signed request; `body` is what is signed, whatever is sent.
    func signed(
        _ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        payload: Payload = .named, credential: Credential? = nil, at time: Int = Int(Date().timeIntervalSince1970)
    ) -> [(name: String, value: String)] {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let fields = [(name: "Host", value: "127.0.0.1:\(port)")] + headers
        var digest = BodyDigest()
        digest.update(body)
        let signer = Signer(
            credential: credential ?? self.credential, region: "us-east-1", service: "medical-imaging",
            sendsPayloadHash: payload == .named)
        return fields
            + signer.sign(
                RequestDescription(
                    method: method, rawPath: parts[0], rawQuery: parts.count > 1 ? parts[1] : nil, headers: fields),
                payloadHash: payload == .unsigned ? .unsigned : .sha256(digest.hexadecimal),
                at: SigningTime(secondsSince1970: time))
    }

    /// Signs and sends a request on a connection of its own, and reads the answer.
    func send(
        _ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        payload: Payload = .named, credential: Credential? = nil
    ) async throws -> RawAnswer {
        let fields = signed(method, path, headers: headers, body: body, payload: payload, credential: credential)
        return try await send(method, path, fields, body)
    }

    /// Sends a request as it is.
    func send(
        _ method: String, _ path: String, _ fields: [(name: String, value: String)], _ body: [UInt8] = []
    ) async throws -> RawAnswer {
        let connection = try RawConnection(port: port)
        return try await connection.exchange(
            RawConnection.head(method, path, fields + [("Content-Length", String(body.count))]) + body, method: method)
    }

    /// The path of something below the data store.
    func path(_ rest: String) -> String {
        "/datastore/\(datastore.id)/\(rest)"
    }

    /// How many instances can be found.
    func instanceCount() async throws -> Int {
        try await datastore.instances(IndexQuery(matches: [], offset: 0, limit: 100), order: .instanceNumber).count
    }
}
