/// Signs requests towards AWS-like services, in the header or in the query.
public struct Signer: Sendable {
    /// Whose requests these are.
    public var credential: Credential
    /// The region of the service, such as `us-east-1`.
    public var region: String
    /// The signing name of the service, such as `s3`.
    public var service: String
    /// Whether dot segments and repeated slashes of the path are resolved before signing: by all services but S3.
    public var normalizesPath: Bool
    /// Whether the encoded path is encoded once more before signing: by all services but S3.
    public var doubleEncodesPath: Bool
    /// Whether the hash of a signed body is also sent as `x-amz-content-sha256`: demanded by S3.
    public var sendsPayloadHash: Bool
    /// Whether the session token is covered by the signature: by nearly all services.
    public var signsSessionToken: Bool

    /// A signer by the rules of all services but S3; see `s3`.
    public init(
        credential: Credential, region: String, service: String, normalizesPath: Bool = true,
        doubleEncodesPath: Bool = true, sendsPayloadHash: Bool = false, signsSessionToken: Bool = true
    ) {
        self.credential = credential
        self.region = region
        self.service = service
        self.normalizesPath = normalizesPath
        self.doubleEncodesPath = doubleEncodesPath
        self.sendsPayloadHash = sendsPayloadHash
        self.signsSessionToken = signsSessionToken
    }

    /// A signer by the rules of S3: keys may hold `..` and `//`, so paths are signed as they are.
    public static func s3(credential: Credential, region: String) -> Signer {
        Signer(
            credential: credential, region: region, service: "s3", normalizesPath: false, doubleEncodesPath: false,
            sendsPayloadHash: true)
    }

    /// The fields to add to the request, `Authorization` among them.
    ///
    /// All fields of the request are signed but those that proxies change; `Host` must be there. `absent` for the payload
    /// stands for an empty body. A field that is returned replaces one of the same name.
    public func sign(
        _ request: RequestDescription, payloadHash: PayloadHash, at time: SigningTime
    ) -> [(name: String, value: String)] {
        var added: [(name: String, value: String)] = [("X-Amz-Date", time.basicFormat)]
        if let value = payloadHash.headerValue {
            let isHash = if case .sha256 = payloadHash { true } else { false }
            if sendsPayloadHash || !isHash {
                added.append(("X-Amz-Content-Sha256", value))
            }
        } else if sendsPayloadHash {
            added.append(("X-Amz-Content-Sha256", PayloadHash.emptySHA256))
        }
        if let token = credential.sessionToken, signsSessionToken {
            added.append(("X-Amz-Security-Token", token))
        }
        var signed = request
        signed.headers.removeAll { header in added.contains { $0.name.lowercased() == header.name.lowercased() } }
        signed.headers += added
        let names = Self.signedHeaders(of: signed)
        let signature = signature(
            of: signed, query: CanonicalQuery(request.rawQuery ?? ""), signedHeaders: names,
            payload: payloadHash.headerValue ?? PayloadHash.emptySHA256, time: time)

        if let token = credential.sessionToken, !signsSessionToken {
            added.append(("X-Amz-Security-Token", token))
        }
        added.append(
            (
                "Authorization",
                "\(StringToSign.algorithm) Credential=\(credential.accessKeyID)/\(scope(at: time).text), "
                    + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)"
            ))
        return added
    }

    /// The query that lets whoever holds it make this request for `expiresIn` seconds, up to a week.
    ///
    /// It is the request's own query and the signature. All header fields of the request are signed and must be sent as
    /// they are; usually that is `Host` alone. `absent` for the payload stands for an empty body; S3 wants `unsigned`.
    public func presign(
        _ request: RequestDescription, payloadHash: PayloadHash = .absent, at time: SigningTime, expiresIn: Int
    ) -> String {
        let names = Self.signedHeaders(of: request)
        var parameters: [(name: String, value: String)] = [
            ("X-Amz-Algorithm", StringToSign.algorithm),
            ("X-Amz-Credential", "\(credential.accessKeyID)/\(scope(at: time).text)"),
            ("X-Amz-Date", time.basicFormat),
            ("X-Amz-SignedHeaders", names.joined(separator: ";")),
            ("X-Amz-Expires", String(expiresIn)),
        ]
        if let token = credential.sessionToken, signsSessionToken {
            parameters.append(("X-Amz-Security-Token", token))
        }
        var query = CanonicalQuery(request.rawQuery ?? "")
        for parameter in parameters {
            query.append(name: parameter.name, value: parameter.value)
        }
        let signature = signature(
            of: request, query: query, signedHeaders: names,
            payload: payloadHash.headerValue ?? PayloadHash.emptySHA256, time: time)

        if let token = credential.sessionToken, !signsSessionToken {
            parameters.append(("X-Amz-Security-Token", token))
        }
        parameters.append(("X-Amz-Signature", signature))
        let own = request.rawQuery.flatMap { $0.isEmpty ? nil : [$0] } ?? []
        return (own + parameters.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }).joined(separator: "&")
    }

    /// The canonical request, apart from its hashing so that tests can hold it against the public vectors.
    func canonicalRequest(
        _ request: RequestDescription, query: CanonicalQuery, signedHeaders: [String], payload: String
    ) -> CanonicalRequest {
        CanonicalRequest(
            method: request.method,
            path: CanonicalPath.bytes(
                request.rawPath, normalizes: normalizesPath, encodes: doubleEncodesPath),
            query: query.bytes,
            headers: CanonicalHeaders.bytes(of: request, signedHeaders: signedHeaders) ?? [],
            signedHeaders: signedHeaders.joined(separator: ";"), payload: payload)
    }

    /// The names of the fields that a signature covers: in lower case, sorted, each once.
    static func signedHeaders(of request: RequestDescription) -> [String] {
        Set(request.headers.map { $0.name.lowercased() }).subtracting(unsignedHeaders).sorted()
    }

    private func scope(at time: SigningTime) -> CredentialScope {
        CredentialScope(date: time.date, region: region, service: service)
    }

    private func signature(
        of request: RequestDescription, query: CanonicalQuery, signedHeaders: [String], payload: String,
        time: SigningTime
    ) -> String {
        let scope = scope(at: time)
        let canonical = canonicalRequest(request, query: query, signedHeaders: signedHeaders, payload: payload)
        let key = SigningKey(secret: credential.secretAccessKey, scope: scope)
        return Hexadecimal.encode(
            key.signature(of: StringToSign.request(canonical.bytes, time: time, scope: scope)))
    }

    /// What proxies and HTTP clients add, change or drop on the way.
    private static let unsignedHeaders: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
        "traceparent", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]
}
