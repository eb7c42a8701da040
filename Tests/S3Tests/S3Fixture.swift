import AsyncHTTPClient
import NIOCore
import Signing
import Synchronization
import TestSupport

@testable import S3

/// A client of a scripted server, whose clock stands still and whose pauses are only written down.
struct S3Fixture {
    let server: ScriptedServer
    let client: S3Client
    let pauses: Pauses

    final class Pauses: Sendable {
        private let list = Mutex<[Duration]>([])

        var all: [Duration] { list.withLock { $0 } }

        func append(_ pause: Duration) { list.withLock { $0.append(pause) } }
    }

    static let credential = Credential(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")

    /// Runs a body against a server that answers by `script`, and closes both.
    static func run(
        _ script: @escaping @Sendable (ScriptedServer.Request, Int) -> ScriptedServer.Reply,
        _ body: (S3Fixture) async throws -> Void
    ) async throws {
        try await run(configure: { _ in }, script, body)
    }

    /// Runs with a configuration changed before.
    static func run(
        configure: (inout S3Configuration) -> Void,
        _ script: @escaping @Sendable (ScriptedServer.Request, Int) -> ScriptedServer.Reply,
        _ body: (S3Fixture) async throws -> Void
    ) async throws {
        let server = try await ScriptedServer(script)
        let pauses = Pauses()
        var configuration = S3Configuration(
            endpoint: S3Endpoint("http://127.0.0.1:\(server.port)"), region: "us-east-1", credential: credential)
        configuration.readTimeoutSeconds = 120
        configure(&configuration)
        let client = S3Client(
            configuration,
            environment: S3Environment(
                now: { SigningTime(secondsSince1970: 1_700_000_000) },
                sleep: {
                    pauses.append($0)
                    try Task.checkCancellation()
                }, random: { 0.5 }))
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(S3Fixture(server: server, client: client, pauses: pauses)))
        } catch {
            result = .failure(error)
        }
        try await client.close()
        try await server.close()
        try result.get()
    }

    /// All bytes of an object.
    func read(_ key: String = "k", range: Range<Int64>? = nil) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await client.read(key, of: "b", range: range) { bytes += $0.readableBytesView }
        return bytes
    }

    static func listing(_ keys: [String], next: String? = nil, encoded: Bool = true) -> ScriptedServer.Reply {
        let entries = keys.map { "<Contents><Key>\($0)</Key><Size>3</Size><ETag>\"x\"</ETag></Contents>" }.joined()
        let more = next.map { "<IsTruncated>true</IsTruncated><NextContinuationToken>\($0)</NextContinuationToken>" }
        return .xml(
            200,
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\(encoded ? "<EncodingType>url</EncodingType>" : "")
            \(more ?? "<IsTruncated>false</IsTruncated>")\(entries)</ListBucketResult>
            """)
    }
}
