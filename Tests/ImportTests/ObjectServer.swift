import Foundation
import S3
import Signing
import Testing

/// An S3 server of Tests/EndToEnd/object_servers.py, in a process that ends with this object or with this process.
final class ObjectServer: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case moto, seaweedfs
    }

    struct Description: Decodable, Sendable {
        var endpoint: String
        var bucket: String
        var accessKeyID: String
        var secretAccessKey: String
        var readerKeyID: String
        var readerSecret: String
    }

    let description: Description
    private let process: Process
    private let input: Pipe

    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let python = package.appendingPathComponent(".build/python/bin/python")

    /// Whether the servers are installed; `make test` does that before it runs the tests.
    static let isInstalled = {
        let isThere = FileManager.default.fileExists(
            atPath: python.deletingLastPathComponent().appendingPathComponent("weed").path)
        if !isThere {
            FileHandle.standardError.write(
                Data("THE TESTS AGAINST S3 SERVERS DID NOT RUN: run Scripts/python-environment.sh first\n".utf8))
        }
        return isThere
    }()

    init(_ kind: Kind) throws {
        let script = Self.package.appendingPathComponent("Tests/EndToEnd/object_servers.py").path
        let output = Pipe()
        input = Pipe()
        process = Process()
        process.executableURL = Self.python
        process.arguments = ["-B", script, kind.rawValue]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { break }
            line += piece
        }
        description = try JSONDecoder().decode(Description.self, from: line)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    func configuration(isReader: Bool = false) -> S3Configuration {
        S3Configuration(
            endpoint: S3Endpoint(description.endpoint), region: "us-east-1",
            credential: isReader
                ? Credential(accessKeyID: description.readerKeyID, secretAccessKey: description.readerSecret)
                : Credential(accessKeyID: description.accessKeyID, secretAccessKey: description.secretAccessKey))
    }

    /// Runs a body with a client of the server, and closes it.
    func withClient(
        _ configuration: S3Configuration? = nil, _ body: (S3Client) async throws -> Void
    ) async throws {
        let client = S3Client(configuration ?? self.configuration())
        do {
            try await body(client)
        } catch {
            try await client.close()
            throw error
        }
        try await client.close()
    }
}
