import HTTPTypes

/// The scheme and authority that the client used, so that URLs in answers lead back the same way (quirk Q19).
struct RequestOrigin: Sendable {
    let isTLS: Bool
    let trustsForwardedHeaders: Bool

    func of(_ request: HTTPRequest) -> String {
        var scheme = isTLS ? "https" : "http"
        var authority = request.authority ?? "localhost"
        if trustsForwardedHeaders {
            let fields = request.headerFields
            let proto = Self.first(fields[.forwardedProto]) ?? Self.forwarded("proto", in: fields)
            if let proto = proto?.lowercased(), ["http", "https"].contains(proto) { scheme = proto }
            authority = Self.first(fields[.forwardedHost]) ?? Self.forwarded("host", in: fields) ?? authority
        }
        // What goes into URLs of answers must be an authority and nothing else.
        let isPlain = authority.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._:[]".utf8.contains(byte)
        }
        return "\(scheme)://\(isPlain ? authority : "localhost")"
    }

    /// The first member of a list: each proxy on the way appends what it saw, so the first is the client's.
    private static func first(_ list: String?) -> String? {
        list?.split(separator: ",").first.map { $0.filter { $0 != " " } }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A parameter of the first member of `Forwarded` (RFC 7239 4).
    private static func forwarded(_ name: String, in fields: HTTPFields) -> String? {
        guard let member = fields[.forwarded]?.split(separator: ",").first else { return nil }
        for pair in member.split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\"" } }
            if parts.count == 2, parts[0].lowercased() == name { return parts[1] }
        }
        return nil
    }
}
