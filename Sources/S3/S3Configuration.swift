public import Signing

/// Where an S3 service is, who asks, and how long is asked.
public struct S3Configuration: Sendable {
    /// How a request names a bucket.
    public enum Addressing: String, Sendable, CaseIterable {
        /// `https://host/bucket/key`, as most servers outside AWS take it.
        case path
        /// `https://bucket.host/key`, as AWS wants it.
        case virtualHost
    }

    /// The service; nil stands for AWS, whose endpoint follows from the bucket's region.
    public var endpoint: S3Endpoint?
    /// The region that requests are signed for until a bucket says that it is in another.
    public var region: String
    /// Whose requests these are.
    public var credential: Credential
    /// How requests name buckets.
    public var addressing: Addressing
    /// How often a request is made again.
    public var retries = RetryPolicy()
    /// Bytes of one part of a multipart upload; what is no longer than this is put in one request. S3 takes no fewer
    /// than 5 MiB.
    public var partBytes = 8 << 20
    /// Seconds until a connection must stand.
    public var connectTimeoutSeconds: Int64 = 10
    /// Seconds that an answer may pause.
    public var readTimeoutSeconds: Int64 = 30
    /// Connections at the same time: enough that the objects of a few data stores may hang, and others still be read.
    public var connections = 128

    /// A service in its parts; `addressing` nil is AWS's for AWS and `path` for anything else.
    public init(
        endpoint: S3Endpoint? = nil, region: String, credential: Credential, addressing: Addressing? = nil
    ) {
        self.endpoint = endpoint
        self.region = region
        self.credential = credential
        self.addressing = addressing ?? (endpoint == nil ? .virtualHost : .path)
    }
}
