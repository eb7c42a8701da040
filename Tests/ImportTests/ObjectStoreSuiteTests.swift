import DICOM
import Foundation
import S3
import Signing
import TestSupport
import Testing

@testable import Import

/// The contract of ``ObjectStore``, run by every implementation.
@Suite(.serialized) struct ObjectStoreSuiteTests {
    @Test(arguments: ObjectStoreSuite.checks) func foldersKeepTheContract(check: ObjectStoreSuite.Check) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bucket-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = BucketObjectStore(folders: FolderObjectStore(buckets: ["b": folder]), service: nil)
        try await ObjectStoreSuite(store, bucket: "b").run(check)
    }

    @Test(arguments: ObjectStoreSuite.checks)
    func whatARoleMayUseKeepsTheContract(check: ObjectStoreSuite.Check) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bucket-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = RoleObjectStore(
            objects: FolderObjectStore(buckets: ["b": folder]), role: try await ImportFixture.anyRole("arn"))
        try await ObjectStoreSuite(store, bucket: "b").run(check)
    }

    @Test(
        .enabled(if: ObjectServer.isInstalled, "the S3 servers are not installed"),
        arguments: ObjectServer.Kind.allCases)
    func s3KeepsTheContract(kind: ObjectServer.Kind) async throws {
        let server = try ObjectServer(kind)
        var configuration = server.configuration()
        // As small as S3 takes them.
        configuration.partBytes = 5 << 20
        // SeaweedFS takes a backslash for a slash.
        let names = ObjectStoreSuite.oddNames.filter { kind == .moto || !$0.contains("\\") }
        try await server.withClient(configuration) { client in
            let store = S3ObjectStore(client: client, spoolDirectory: NSTemporaryDirectory())
            for check in ObjectStoreSuite.checks {
                do {
                    var suite = ObjectStoreSuite(
                        BucketObjectStore(folders: FolderObjectStore(buckets: [:]), service: store),
                        bucket: server.description.bucket, names: names)
                    suite.makesBuckets = kind == .seaweedfs
                    try await suite.run(check)
                } catch {
                    Issue.record("\(check): \(error)")
                }
            }
        }
        // moto checks no signatures.
        guard kind == .seaweedfs else { return }
        try await Self.checkAccess(server)
        try await Self.checkVirtualHost(server)
    }

    /// The bucket in the host name, as AWS wants it.
    private static func checkVirtualHost(_ server: ObjectServer) async throws {
        let port = server.description.endpoint.split(separator: ":").last ?? ""
        var configuration = server.configuration()
        configuration.endpoint = S3Endpoint("http://s3.test:\(port)")
        configuration.addressing = .virtualHost
        let bucket = server.description.bucket
        let client = S3Client(
            configuration, environment: .system, hosts: ["s3.test": "127.0.0.1", "\(bucket).s3.test": "127.0.0.1"])
        do {
            let store = S3ObjectStore(client: client, spoolDirectory: NSTemporaryDirectory())
            let folder = S3URI(bucket: bucket, key: "virtual host+/")
            try await store.write([1, 2, 3], to: folder.appending("a b"))
            let listed = try await store.list(folder, owner: nil, limits: .unlimited, except: [])
            #expect(listed == [ListedObject(key: "virtual host+/a b", byteCount: 3)])
            let content = try await store.open(folder.appending("a b"), owner: nil)
            #expect(content.count == 3)
        } catch {
            try await client.close()
            throw error
        }
        try await client.close()
    }

    private static func checkAccess(_ server: ObjectServer) async throws {
        let folder = S3URI(bucket: server.description.bucket, key: "access/")
        let object = folder.appending("x")
        try await server.withClient { client in
            try await S3ObjectStore(client: client, spoolDirectory: NSTemporaryDirectory()).write([1, 2], to: object)
        }
        try await server.withClient(server.configuration(isReader: true)) { client in
            let store = S3ObjectStore(client: client, spoolDirectory: NSTemporaryDirectory())
            let content = try await store.open(object, owner: nil)
            #expect(content.count == 2)
            let listed = try await store.list(folder, owner: nil, limits: .unlimited, except: [])
            #expect(listed.map(\.key) == [object.key])
            await #expect(throws: ObjectStoreError(.denied, "")) { try await store.prepare(folder) }
            await #expect(throws: ObjectStoreError(.denied, "")) { try await store.write([1], to: object) }
        }
        var stranger = server.configuration()
        stranger.credential = Credential(accessKeyID: "AKIDISOCENTER", secretAccessKey: "wrong")
        try await server.withClient(stranger) { client in
            let store = S3ObjectStore(client: client, spoolDirectory: NSTemporaryDirectory())
            await #expect(throws: ObjectStoreError(.denied, "")) { _ = try await store.open(object, owner: nil) }
            await #expect(throws: ObjectStoreError(.denied, "")) {
                _ = try await store.list(folder, owner: nil, limits: .unlimited, except: [])
            }
        }
    }
}
