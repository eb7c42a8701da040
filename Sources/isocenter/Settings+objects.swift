import Embedded
import Import
import S3
import Signing
import Store

extension Settings {
    /// The S3 service as configured; nil when none is.
    func s3Configuration() throws -> S3Configuration? {
        guard let s3 else { return nil }
        guard let id = s3.accessKeyId, let secret = s3.secretAccessKey else {
            throw SettingsError("s3 needs accessKeyId and secretAccessKey (ISOCENTER_S3_ACCESS_KEY_ID, …)")
        }
        var endpoint: S3Endpoint?
        if let text = s3.endpoint {
            guard let address = S3Endpoint(text) else {
                throw SettingsError("s3.endpoint must be http://host:port or https://host, not \(text)")
            }
            endpoint = address
        }
        var addressing: S3Configuration.Addressing?
        if let text = s3.addressing {
            guard let known = S3Configuration.Addressing(rawValue: text) else {
                throw SettingsError("s3.addressing must be path or virtualHost, not \(text)")
            }
            addressing = known
        }
        return S3Configuration(
            endpoint: endpoint, region: s3.region ?? region ?? "us-east-1",
            credential: Credential(accessKeyID: id, secretAccessKey: secret, sessionToken: s3.sessionToken),
            addressing: addressing)
    }
}

/// The buckets of this process, and the connections to close at its end.
struct Buckets: Sendable {
    let objects: BucketObjectStore
    private let client: S3Client?

    init(_ settings: Settings) throws {
        client = try settings.s3Configuration().map { S3Client($0) }
        objects = BucketObjectStore(
            folders: FolderObjectStore(
                buckets: settings.bucketFolders, accountID: settings.store().accountID),
            service: client.map { S3ObjectStore(client: $0, spoolDirectory: settings.store().spoolDirectory) })
    }

    func close() async throws {
        try await client?.close()
    }
}
