import Testing

@testable import Signing

struct SignatureClaimTests {
    private static let credential = "Credential=AKID/20261121/us-east-1/medical-imaging/aws4_request"
    private static let names = "SignedHeaders=host;x-amz-date"
    private static let signature = "Signature=" + String(repeating: "0a", count: 32)

    private func claim(
        _ authorization: String?, query: String? = nil, date: String? = "20261121T093015Z",
        headers: [(name: String, value: String)] = []
    ) throws -> SignatureClaim {
        var request = RequestDescription(method: "GET", rawPath: "/", rawQuery: query, headers: [("Host", "a")])
        if let authorization { request.headers.append(("authorization", authorization)) }
        if let date { request.headers.append(("x-amz-date", date)) }
        request.headers += headers
        return try SignatureClaim.parse(request)
    }

    @Test(arguments: [", ", ",", " ,  "])
    func authorizationIsReadWithAnySpacing(separator: String) throws {
        let claim = try claim(
            "AWS4-HMAC-SHA256  " + [Self.signature, Self.credential, Self.names].joined(separator: separator))
        #expect(claim.accessKeyID == "AKID")
        #expect(claim.scope.text == "20261121/us-east-1/medical-imaging/aws4_request")
        #expect(claim.signedHeaders == ["host", "x-amz-date"])
        #expect(claim.time.basicFormat == "20261121T093015Z")
        #expect(claim.payloadHash == .absent && claim.expires == nil && !claim.isPresigned)
    }

    @Test func accessKeyMayHoldSlashes() throws {
        let claim = try claim(
            "AWS4-HMAC-SHA256 Credential=team/key/20261121/r/s/aws4_request, \(Self.names), \(Self.signature)")
        #expect(claim.accessKeyID == "team/key")
    }

    @Test(arguments: ["Sat, 21 Nov 2026 09:30:15 GMT", "20261121T093015Z"])
    func dateFieldServesWhereXAmzDateIsMissing(date: String) throws {
        let claim = try claim(
            "AWS4-HMAC-SHA256 \(Self.credential), \(Self.names), \(Self.signature)", date: nil,
            headers: [("Date", date)])
        #expect(claim.time.secondsSince1970 == SignedRequests.now)
    }

    @Test(arguments: [nil, "Bearer abc", "Basic YTpi", "", "aws4-hmac-sha256 x"])
    func requestWithoutSignatureIsMissingItsToken(authorization: String?) {
        #expect(throws: SignatureError.missingAuthenticationToken) {
            try claim(authorization, query: "limit=1&X-Amz-Date=20261121T093015Z")
        }
    }

    @Test(arguments: [
        "AWS4-ECDSA-P256-SHA256 \(credential), \(names), \(signature)",
        "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 \(credential)", "AWS4-HMAC-SHA256 \(credential), \(names)",
        "AWS4-HMAC-SHA256 \(credential), \(names), \(signature), Extra=1",
        "AWS4-HMAC-SHA256 \(credential), \(credential), \(names), \(signature)",
        "AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1, \(names), \(signature)",
        "AWS4-HMAC-SHA256 Credential=/20261121/r/s/aws4_request, \(names), \(signature)",
        "AWS4-HMAC-SHA256 \(credential), SignedHeaders=, \(signature)",
        "AWS4-HMAC-SHA256 \(credential), SignedHeaders=host;;x-amz-date, \(signature)",
        "AWS4-HMAC-SHA256 \(credential), SignedHeaders=host\(String(repeating: ";a", count: 128)), \(signature)",
        "AWS4-HMAC-SHA256 \(credential), \(names), Signature=00",
        "AWS4-HMAC-SHA256 \(credential), \(names), Signature=\(String(repeating: "0A", count: 32))",
        "AWS4-HMAC-SHA256 \(credential), \(names), Signature=\(String(repeating: "zz", count: 32))",
    ])
    func malformedAuthorizationIsIncomplete(authorization: String) throws {
        let error = #expect(throws: SignatureError.self) { try claim(authorization) }
        #expect(error?.code == .incompleteSignature)
        #expect(error?.shapeName == "IncompleteSignatureException" && error?.status == 403)
    }

    @Test func whatIsMissingIsNamed() {
        #expect(
            throws: SignatureError(
                .incompleteSignature,
                "Authorization header requires 'Signature' parameter. Authorization header requires existence of "
                    + "either a 'X-Amz-Date' or a 'Date' header.")
        ) { try claim("AWS4-HMAC-SHA256 \(Self.credential), \(Self.names)", date: nil) }
        #expect(
            throws: SignatureError(
                .incompleteSignature,
                "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must "
                    + "include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. "
                    + "Re-examine the query-string parameters.")
        ) { try claim(nil, query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0") }
    }

    @Test func hostMustBeSignedAndTheTerminatorRight() {
        let noHost = #expect(throws: SignatureError.self) {
            try claim("AWS4-HMAC-SHA256 \(Self.credential), SignedHeaders=x-amz-date, \(Self.signature)")
        }
        #expect(noHost?.code == .invalidSignature)
        let terminator = #expect(throws: SignatureError.self) {
            try claim(
                "AWS4-HMAC-SHA256 Credential=AKID/20261121/r/s/aws5_request, \(Self.names), \(Self.signature)")
        }
        #expect(terminator?.message.contains("'aws5_request'") == true)
    }

    @Test(arguments: ["2026-11-21T09:30:15Z", "20261121", "20261321T093015Z", "20260229T000000Z", ""])
    func malformedDateIsIncomplete(date: String) {
        let error = #expect(throws: SignatureError.self) {
            try claim("AWS4-HMAC-SHA256 \(Self.credential), \(Self.names), \(Self.signature)", date: date)
        }
        #expect(error?.code == .incompleteSignature)
    }

    @Test(arguments: ["0", "-1", "604801", "x", "99999999999999999999"])
    func expiryOutsideAWeekIsRefused(expires: String) throws {
        let query = try #require(SignedRequests.presigned.rawQuery)
            .replacing("X-Amz-Expires=900", with: "X-Amz-Expires=\(expires)")
        let error = #expect(throws: SignatureError.self) { try claim(nil, query: query) }
        #expect(error?.message.hasPrefix("X-Amz-Expires") == true)
    }

    @Test func twoSignaturesAreOneTooMany() throws {
        let query = try #require(SignedRequests.presigned.rawQuery)
        let authorization = "AWS4-HMAC-SHA256 \(Self.credential), \(Self.names), \(Self.signature)"
        for (header, query) in [
            (authorization as String?, query), (nil, query + "&X-Amz-Signature=0"), (nil, query + "&X-Amz-Date=0"),
        ] {
            let error = #expect(throws: SignatureError.self) { try claim(header, query: query) }
            #expect(error?.code == .incompleteSignature)
        }
        #expect(throws: SignatureError.self) {
            try claim(authorization, headers: [("Authorization", authorization)])
        }
    }

    @Test func queryOfTooManyParametersIsRefused() {
        #expect(throws: SignatureError.self) {
            try claim(nil, query: String(repeating: "a&", count: 1_000))
        }
    }

    @Test(arguments: [
        ("UNSIGNED-PAYLOAD", PayloadHash.unsigned),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", .streamingSigned),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", .streamingSignedTrailer),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", .streamingUnsignedTrailer),
        (PayloadHash.emptySHA256, .sha256(PayloadHash.emptySHA256)),
    ])
    func payloadHashIsReadAndWrittenAlike(value: String, hash: PayloadHash) throws {
        let claim = try claim(
            "AWS4-HMAC-SHA256 \(Self.credential), \(Self.names), \(Self.signature)",
            headers: [("X-Amz-Content-Sha256", value)])
        #expect(claim.payloadHash == hash && hash.headerValue == value)
    }

    @Test func unknownPayloadHashIsIncomplete() {
        let error = #expect(throws: SignatureError.self) {
            try claim(
                "AWS4-HMAC-SHA256 \(Self.credential), \(Self.names), \(Self.signature)",
                headers: [("x-amz-content-sha256", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")])
        }
        #expect(error?.code == .incompleteSignature)
    }

    @Test func secretsAreNotPrinted() {
        let key = SigningKey(
            secret: "hush", scope: CredentialScope(date: "20261121", region: "r", service: "s"))
        let credential = Credential(accessKeyID: "AKID", secretAccessKey: "hush", sessionToken: "token")
        var text = "\(credential) \(String(reflecting: credential)) \(key) \(String(reflecting: key))"
        dump(credential, to: &text)
        #expect(!text.contains("hush") && !text.contains("token"))
    }
}
