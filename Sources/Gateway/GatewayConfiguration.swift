/// Where and how the server listens.
public struct GatewayConfiguration: Sendable {
    /// Certificate chain and private key, both PEM files.
    public struct TLS: Sendable {
        /// The chain, the server's own certificate first.
        public var certificatePath: String
        /// The key of the server's own certificate.
        public var privateKeyPath: String

        /// Names both files.
        public init(certificatePath: String, privateKeyPath: String) {
            self.certificatePath = certificatePath
            self.privateKeyPath = privateKeyPath
        }
    }

    /// The address or host name to listen on.
    public var host: String = "127.0.0.1"
    /// 0 lets the system choose.
    public var port: Int = 8_080
    /// Certificate and key; nil for plain HTTP.
    public var tls: TLS?
    /// Skips authentication; only allowed on loopback.
    public var isUnauthenticated: Bool = false
    /// Whether a proxy in front terminates TLS and sets `X-Forwarded-Proto` and `X-Forwarded-Host`.
    public var trustsForwardedHeaders: Bool = false
    /// Origins of browser pages that may call the API; `*` is any.
    public var allowedOrigins: [String] = ["*"]
    /// A connection that sends nothing for this long, between requests or within one, is closed; an answer may take
    /// longer.
    public var idleTimeoutSeconds: Int64 = 60

    /// The defaults: plain HTTP on loopback, with authentication.
    public init() {}

    /// Whether only this machine can reach the listener.
    var isLoopback: Bool {
        // A name may begin with 127 too: only an address does not leave it to a resolver where it leads.
        host == "localhost" || host == "::1"
            || host.hasPrefix("127.") && host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
    }

    /// Refuses what would put patient data on a network unprotected (spec/60).
    public func validate() throws {
        guard (0...65_535).contains(port) else {
            throw GatewayError("\(port) is not a port: choose one from 1 to 65535, or 0 for any that is free")
        }
        guard !isLoopback else { return }
        guard !isUnauthenticated else {
            throw GatewayError("authentication can only be switched off on a loopback address, not on \(host)")
        }
        guard tls != nil || trustsForwardedHeaders else {
            throw GatewayError(
                "listening on \(host) needs TLS (a certificate and key) or a declared TLS proxy in front")
        }
    }
}

/// Why the gateway does not start.
public struct GatewayError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    /// An error with its wording.
    public init(_ description: String) {
        self.description = description
    }
}
