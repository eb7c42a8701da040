/// Judges claims: whether the signature is that of the request under the secret, and good here and now.
///
/// The second of two steps, after `SignatureClaim.parse`. Comparison takes constant time; the clock is the caller's.
public struct SignatureVerifier: Sendable {
    /// The signing name that scopes must carry.
    public var service: String
    /// The regions that scopes may carry; nil takes any.
    public var acceptedRegions: Set<String>?
    /// How far the client's clock may be off, either way.
    public var maximumSkewSeconds: Int
    /// How far ahead of this clock the life of a presigned request may begin.
    public var presignedStartSkewSeconds: Int
    /// Whether `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` may announce a body that is not in chunks, as curl sends it; such a
    /// body is as good as unsigned.
    public var allowsPlainStreamingBodies: Bool

    /// A verifier for one service.
    public init(
        service: String = "medical-imaging", acceptedRegions: Set<String>? = nil, maximumSkewSeconds: Int = 900,
        presignedStartSkewSeconds: Int = 300, allowsPlainStreamingBodies: Bool = true
    ) {
        self.service = service
        self.acceptedRegions = acceptedRegions
        self.maximumSkewSeconds = maximumSkewSeconds
        self.presignedStartSkewSeconds = presignedStartSkewSeconds
        self.allowsPlainStreamingBodies = allowsPlainStreamingBodies
    }

    /// Throws unless the claim is for this service and region and good at `now`, in seconds since 1970.
    ///
    /// Needs no secret: a server may ask before it looks one up or takes a body in.
    public func check(_ claim: SignatureClaim, now: Int) throws(SignatureError) {
        guard claim.scope.service == service else {
            throw SignatureError(
                .invalidSignature, "Credential should be scoped to correct service: '\(service)'.")
        }
        if let acceptedRegions, !acceptedRegions.contains(claim.scope.region) {
            throw SignatureError(
                .invalidSignature,
                "Credential should be scoped to a valid region, not \(SignatureError.quoted(claim.scope.region)).")
        }
        let date = claim.time.date
        guard claim.scope.date == date else {
            throw SignatureError(
                .invalidSignature,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "\(SignatureError.quoted(claim.scope.date)) != '\(date)', from '\(claim.time.basicFormat)'.")
        }
        let now = SigningTime(secondsSince1970: now)
        let lead = claim.isPresigned ? presignedStartSkewSeconds : maximumSkewSeconds
        guard claim.time <= now.advanced(by: lead) else {
            throw .notYetCurrent(claim.time, now: now, window: lead)
        }
        let life = claim.expires ?? maximumSkewSeconds
        guard claim.time >= now.advanced(by: -life) else {
            throw .expired(claim.time, now: now, window: life)
        }
    }

    /// Verifies with the secret itself; `now` in seconds since 1970. See the form that takes a `SigningKey`.
    public func verify(
        _ claim: SignatureClaim, of request: RequestDescription, secret: String, now: Int, bodySHA256: String? = nil
    ) throws(SignatureError) -> VerifiedSignature {
        // Deriving a key costs more than all these checks.
        try check(claim, now: now)
        return try verify(
            claim, of: request, key: SigningKey(secret: secret, scope: claim.scope), now: now, bodySHA256: bodySHA256)
    }

    /// Verifies with a derived key, which must be the one for the claim's access key and scope.
    ///
    /// `now` is when the request arrived, in seconds since 1970. `bodySHA256`, in lower-case hexadecimal, is asked for
    /// when `claim.needsBodyHash`; without it such a claim is judged as one over an empty body. Where the claim names
    /// the hash itself it is of no influence: the body is then held against `VerifiedSignature.body`.
    public func verify(
        _ claim: SignatureClaim, of request: RequestDescription, key: SigningKey, now: Int, bodySHA256: String? = nil
    ) throws(SignatureError) -> VerifiedSignature {
        try check(claim, now: now)
        guard key.scope == claim.scope,
            let signature = Hexadecimal.decode(claim.signature.utf8, acceptsUpperCase: false),
            let headers = CanonicalHeaders.bytes(of: request, signedHeaders: claim.signedHeaders)
        else { throw .doesNotMatch }

        var canonical = CanonicalRequest(
            method: request.method, path: [], query: [], headers: headers,
            signedHeaders: claim.signedHeaders.joined(separator: ";"), payload: "")
        func matches() -> Bool {
            let toSign = StringToSign.request(canonical.bytes, time: claim.time, scope: claim.scope)
            return ConstantTime.areEqual(key.signature(of: toSign), signature)
        }
        for payload in Self.acceptablePayloads(of: claim, bodySHA256: bodySHA256) {
            canonical.payload = payload
            for excluded in Self.excludedParameters(of: claim) {
                canonical.path = CanonicalPath.usual(request.rawPath)
                canonical.query = CanonicalQuery.usual(request.rawQuery, without: excluded)
                var isMatch = matches()
                if !isMatch {
                    let others = CanonicalQuery.acceptable(request.rawQuery, without: excluded)
                    isMatch = CanonicalPath.acceptable(request.rawPath).contains { path in
                        others.contains { query in
                            canonical.path = path
                            canonical.query = query
                            return matches()
                        }
                    }
                }
                if isMatch {
                    return try VerifiedSignature(
                        claim: claim, body: body(payload, of: claim, request: request, key: key))
                }
            }
        }
        throw .doesNotMatch
    }

    /// The last lines that the canonical request may have.
    private static func acceptablePayloads(of claim: SignatureClaim, bodySHA256: String?) -> [String] {
        if let announced = claim.payloadHash.headerValue { return [announced] }
        let real = bodySHA256 ?? PayloadHash.emptySHA256
        // A URL that is given away before there is a body is signed without one.
        return claim.isPresigned ? [real, PayloadHash.unsignedWord] : [real]
    }

    /// The query parameters that the signature does not cover: itself, and with some signers the session token, which
    /// they add behind it (`post-sts-header-after` of the test suite). Nothing rests on that: the caller refuses a token
    /// that does not belong to the access key.
    private static func excludedParameters(of claim: SignatureClaim) -> [[StaticString]] {
        guard claim.isPresigned else { return [[]] }
        let usual: [StaticString] = ["X-Amz-Signature"]
        return claim.sessionToken == nil ? [usual] : [usual, usual + ["X-Amz-Security-Token"]]
    }

    private func body(
        _ payload: String, of claim: SignatureClaim, request: RequestDescription, key: SigningKey
    ) throws(SignatureError) -> BodyExpectation {
        switch claim.payloadHash {
        case .sha256(let hexadecimal):
            return .exactSHA256(hexadecimal)
        case .unsigned:
            return .any
        case .absent:
            return payload == PayloadHash.unsignedWord ? .any : .exactSHA256(payload)
        case .streamingSigned, .streamingSignedTrailer, .streamingUnsignedTrailer:
            return .chunked(
                try ChunkVerifier(
                    claim: claim, key: key, request: request, allowsPlain: allowsPlainStreamingBodies))
        }
    }
}
