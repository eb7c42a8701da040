import Exchange
import FrameCodecs
import HTTPTypes
import NIOCore

/// Whether a client takes gzip (RFC 9110 12.5.3).
enum AcceptEncoding {
    /// What `gzip` itself says counts, else what `*` says.
    static func allowsGzip(_ header: String?) -> Bool {
        var qualities: [String: Double] = [:]
        for member in (header ?? "").split(separator: ",") {
            let parts = member.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let coding = parts.first else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            qualities[coding] = quality ?? 1
        }
        return (qualities["gzip"] ?? qualities["*"] ?? 0) > 0
    }
}

extension Response {
    /// A 200 answer whose body is compressed.
    static func gzip(_ text: [UInt8], _ headers: HTTPFields) -> Response {
        var headers = headers
        headers[.contentEncoding] = "gzip"
        return Response(status: .ok, headers: headers, body: .bytes(ByteBuffer(bytes: Gzip.compress(text))))
    }
}
