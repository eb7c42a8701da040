import HTTPTypes

/// The scheme and authority that the client used, so that URLs in answers lead back the same way (quirk Q19).
struct RequestOrigin: Sendable {
    let isTLS: Bool
    let trustsForwardedHeaders: Bool

    func of(_ request: HTTPRequest) -> String {
        var scheme = isTLS ? "https" : "http"
        var authority = request.authority ?? "localhost"
        if trustsForwardedHeaders {
            if let forwarded = request.headerFields[.forwardedProto]?.lowercased(), ["http", "https"].contains(forwarded) {
                scheme = forwarded
            }
            if let forwarded = request.headerFields[.forwardedHost], !forwarded.isEmpty { authority = forwarded }
        }
        // What goes into URLs of answers must be an authority and nothing else.
        let isPlain = authority.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._:[]".utf8.contains(byte)
        }
        return "\(scheme)://\(isPlain ? authority : "localhost")"
    }
}
