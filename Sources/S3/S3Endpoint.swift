/// The address of an S3 service: `http://host:port` or `https://host`.
public struct S3Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// Whether TLS is spoken.
    public var isSecure: Bool
    /// The host and, unless it is the scheme's own, the port, as in a Host field.
    public var authority: String

    /// Reads an address; nil for anything that has more than scheme, host and port.
    public init?(_ text: String) {
        let rest: Substring
        if text.hasPrefix("https://") {
            (isSecure, rest) = (true, text.dropFirst(8))
        } else if text.hasPrefix("http://") {
            (isSecure, rest) = (false, text.dropFirst(7))
        } else {
            return nil
        }
        let host = rest.hasSuffix("/") ? rest.dropLast() : rest
        let isHost = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
                true
            default: false
            }
        }
        guard !host.isEmpty, isHost, !host.hasPrefix(":"), !host.hasSuffix(":") else { return nil }
        let ownPort = isSecure ? ":443" : ":80"
        authority = String(host.hasSuffix(ownPort) ? host.dropLast(ownPort.count) : host)
    }

    init(isSecure: Bool, authority: String) {
        self.isSecure = isSecure
        self.authority = authority
    }

    /// The endpoint of AWS for a region.
    static func aws(region: String) -> S3Endpoint {
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return S3Endpoint(isSecure: true, authority: "s3.\(region).\(domain)")
    }

    /// The address as it is written.
    public var description: String {
        "\(isSecure ? "https" : "http")://\(authority)"
    }
}
