import NIOCore
import NIOHTTP1
import Signing

/// One request as a value: what is asked of which bucket.
struct S3Request {
    var method: HTTPMethod
    var bucket: String
    /// Nil for the bucket itself.
    var key: String?
    var parameters: [(name: String, value: String)] = []
    var headers: HTTPHeaders = [:]
    var body: ByteBuffer?

    init(_ method: HTTPMethod, bucket: String, key: String? = nil, owner: String? = nil) {
        self.method = method
        self.bucket = bucket
        self.key = key
        if let owner { headers.add(name: "x-amz-expected-bucket-owner", value: owner) }
    }

    /// Where the request goes in a region.
    func target(_ configuration: S3Configuration, region: String) -> S3Target {
        let endpoint = configuration.endpoint ?? .aws(region: region)
        // A certificate for *.host covers no bucket name with dots.
        let hasDots = bucket.utf8.contains(UInt8(ascii: "."))
        let isPath = configuration.addressing == .path || (hasDots && endpoint.isSecure)
        return S3Target(
            scheme: endpoint.isSecure ? "https" : "http",
            host: isPath ? endpoint.authority : "\(bucket).\(endpoint.authority)",
            path: RequestDescription.encodedPath(
                (isPath ? "/\(bucket)" : "") + (key.map { "/\($0)" } ?? (isPath ? "" : "/"))),
            query: parameters.isEmpty ? nil : RequestDescription.encodedQuery(parameters))
    }
}

/// The address of a request, encoded for the wire.
struct S3Target: Equatable {
    var scheme: String
    var host: String
    var path: String
    var query: String?

    var url: String {
        "\(scheme)://\(host)\(path)" + (query.map { "?\($0)" } ?? "")
    }
}
