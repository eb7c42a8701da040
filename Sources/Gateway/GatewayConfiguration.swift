/// Where and how the server listens.
public struct GatewayConfiguration: Sendable {
    /// Certificate chain and private key, both PEM files.
    public struct TLS: Sendable {
        public var certificatePath: String
        public var privateKeyPath: String

        public init(certificatePath: String, privateKeyPath: String) {
            self.certificatePath = certificatePath
            self.privateKeyPath = privateKeyPath
        }
    }

    public var host: String = "127.0.0.1"
    /// 0 lets the system choose.
    public var port: Int = 8_080
    public var tls: TLS?
    /// Skips authentication; only allowed on loopback.
    public var isUnauthenticated: Bool = false
    /// Whether a proxy in front terminates TLS and sets `X-Forwarded-Proto` and `X-Forwarded-Host`.
    public var trustsForwardedHeaders: Bool = false
    /// Origins of browser pages that may call the API; `*` is any.
    public var allowedOrigins: [String] = ["*"]
    /// Requests answered at the same time; more wait for their turn at the connection.
    public var concurrentRequests: Int = 1_024
    /// A connection without a byte in either direction for this long is closed.
    public var idleTimeoutSeconds: Int64 = 60

    public init() {}

    /// Whether only this machine can reach the listener.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// Refuses what would put patient data on a network unprotected (spec/60).
    public func validate() throws {
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

    public init(_ description: String) {
        self.description = description
    }
}
