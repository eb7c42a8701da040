/// Who says they signed a request, and how; nothing of it is proven yet.
///
/// The first of two steps: read the claim, look up the secret of `accessKeyID`, then let `SignatureVerifier` judge.
public struct SignatureClaim: Sendable, Equatable {
    /// The access key that is said to have signed.
    public let accessKeyID: String
    /// The day, region and service that the signing key is said to be for.
    public let scope: CredentialScope
    /// The names of the header fields that are covered, as written: in lower case from a client that does it right.
    public let signedHeaders: [String]
    /// The signature, 64 lower-case hexadecimal digits.
    public let signature: String
    /// When the request was signed.
    public let time: SigningTime
    /// For how many seconds from `time` a presigned request is good; nil when it does not say, and in the header form.
    public let expires: Int?
    /// What STS issued beside a temporary key. Whether it belongs to the access key is for the caller to check.
    public let sessionToken: String?
    /// What the request says of its body.
    public let payloadHash: PayloadHash
    /// Whether the signature stands in the query, made beforehand for whoever holds the URL.
    public let isPresigned: Bool

    /// Whether the signature covers the hash of the whole body without naming it: the caller hashes the body first and
    /// verifies then, before anything that came of the body is committed.
    public var needsBodyHash: Bool { payloadHash == .absent }

    /// Reads the claim from the `Authorization` field or from the `X-Amz-…` parameters of the query.
    ///
    /// Throws `missingAuthenticationToken` when neither is there (another scheme counts as that), `incompleteSignature`
    /// when something is missing or malformed.
    public static func parse(_ request: RequestDescription) throws(SignatureError) -> SignatureClaim {
        if let rawQuery = request.rawQuery, CanonicalQuery.isTooLong(rawQuery) {
            throw .incomplete("The query has more than \(CanonicalQuery.maximumParameters) parameters.")
        }
        let authorization = request.headerValues("authorization").filter { $0.utf8.starts(with: "AWS4-".utf8) }
        let query = try QueryAuthorization(request.rawQuery)
        switch (authorization.first, query) {
        case (nil, nil):
            throw .missingAuthenticationToken
        case (.some, .some):
            throw .incomplete("Only one authentication mechanism is allowed: the Authorization header or the query.")
        case (let header?, nil):
            guard authorization.count == 1 else {
                throw .incomplete("The request has more than one Authorization header.")
            }
            return try SignatureClaim(header: header, of: request)
        case (nil, let query?):
            return try SignatureClaim(query: query, of: request)
        }
    }

    init(
        credential: ArraySlice<UInt8>, signedHeaders: ArraySlice<UInt8>, signature: String, time: SigningTime,
        expires: Int?, sessionToken: String?, payloadHash: PayloadHash, isPresigned: Bool
    ) throws(SignatureError) {
        // The scope is taken from the end: access key ids of other makers may hold slashes.
        let parts = credential.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count >= 5, !parts[0].isEmpty else {
            throw .incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
                    + SignatureError.quoted(String(decoding: credential, as: UTF8.self)))
        }
        guard parts[parts.count - 1] == CredentialScope.terminator else {
            throw SignatureError(
                .invalidSignature,
                "Credential should be scoped with a valid terminator: 'aws4_request', not "
                    + "\(SignatureError.quoted(parts[parts.count - 1])).")
        }
        accessKeyID = parts.dropLast(4).joined(separator: "/")
        scope = CredentialScope(
            date: parts[parts.count - 4], region: parts[parts.count - 3], service: parts[parts.count - 2])

        self.signedHeaders = signedHeaders.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard self.signedHeaders.count <= Self.maximumSignedHeaders, !self.signedHeaders.contains("") else {
            throw .incomplete("SignedHeaders must name 1 to \(Self.maximumSignedHeaders) headers.")
        }
        guard self.signedHeaders.contains("host") else {
            throw SignatureError(
                .invalidSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        }
        guard signature.utf8.count == 64, Hexadecimal.decode(signature.utf8, acceptsUpperCase: false) != nil else {
            throw .incomplete("Signature must be 64 lower-case hexadecimal digits.")
        }
        self.signature = signature
        self.time = time
        self.expires = expires
        self.sessionToken = sessionToken
        self.payloadHash = payloadHash
        self.isPresigned = isPresigned
    }

    /// More than any client signs; each name is looked up among all header fields.
    private static let maximumSignedHeaders = 128

    static func payloadHash(_ value: String?) throws(SignatureError) -> PayloadHash {
        guard let value else { return .absent }
        guard let hash = PayloadHash(headerValue: value) else {
            throw .incomplete(
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                    + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                    + "or a valid sha256 value.")
        }
        return hash
    }
}
