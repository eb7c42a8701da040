import Testing

@testable import Signing

struct SignatureVerifierTests {
    let verifier = SignatureVerifier()

    private func verify(
        _ request: RequestDescription, body: [UInt8] = [], now: Int = SignedRequests.now,
        secret: String = SignedRequests.secret
    ) throws -> VerifiedSignature {
        var digest = BodyDigest()
        digest.update(body)
        let claim = try SignatureClaim.parse(request)
        return try verifier.verify(claim, of: request, secret: secret, now: now, bodySHA256: digest.hexadecimal)
    }

    // MARK: What botocore signs

    @Test func botocoreHeaderFormIsVerified() throws {
        let verified = try verify(SignedRequests.frame, body: SignedRequests.frameBody)
        #expect(verified.claim.accessKeyID == "AKIAIOSFODNN7EXAMPLE")
        #expect(verified.claim.needsBodyHash)
        _ = try verify(SignedRequests.search)
    }

    @Test func botocoreSessionTokenIsVerified() throws {
        let verified = try verify(SignedRequests.tags)
        #expect(verified.claim.sessionToken == "FwoGZXIvYXdzEXAMPLE//token+==")
    }

    @Test func botocorePresignedFormIsVerified() throws {
        let verified = try verify(SignedRequests.presigned)
        #expect(verified.claim.isPresigned && verified.claim.expires == 900)
    }

    @Test func unsignedPayloadAllowsAnyBody() throws {
        guard case .any = try verify(SignedRequests.unsigned, body: [1, 2, 3]).body else {
            Issue.record("the body is not signed")
            return
        }
    }

    @Test func aKeyDerivedOnceVerifiesAndOneOfAnotherScopeDoesNot() throws {
        let claim = try SignatureClaim.parse(SignedRequests.search)
        let key = SigningKey(secret: SignedRequests.secret, scope: claim.scope)
        for _ in 0..<2 {
            _ = try verifier.verify(claim, of: SignedRequests.search, key: key, now: SignedRequests.now)
        }
        let other = CredentialScope(date: claim.scope.date, region: "eu-west-1", service: claim.scope.service)
        let stale = SigningKey(secret: SignedRequests.secret, scope: other)
        #expect(throws: SignatureError.doesNotMatch) {
            try verifier.verify(claim, of: SignedRequests.search, key: stale, now: SignedRequests.now)
        }
    }

    // MARK: Whatever is changed

    @Test func everyChangedByteOfThePathIsRefused() {
        let path = Array(SignedRequests.tags.rawPath.utf8)
        for index in path.indices {
            var changed = path
            changed[index] = changed[index] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
            var request = SignedRequests.tags
            request.rawPath = String(decoding: changed, as: UTF8.self)
            #expect(throws: SignatureError.doesNotMatch, "byte \(index)") { try verify(request) }
        }
    }

    @Test func everyChangedByteOfTheQueryIsRefused() throws {
        let query = Array(try #require(SignedRequests.presigned.rawQuery).utf8)
        for index in query.indices {
            for replacement in [UInt8(ascii: "0"), UInt8(ascii: "&")] where replacement != query[index] {
                var changed = query
                changed[index] = replacement
                var request = SignedRequests.presigned
                request.rawQuery = String(decoding: changed, as: UTF8.self)
                #expect(throws: SignatureError.self, "byte \(index)") { try verify(request) }
            }
        }
    }

    @Test func everyChangedSignedFieldIsRefused() {
        for index in SignedRequests.search.headers.indices {
            var request = SignedRequests.search
            request.headers[index].value += "0"
            #expect(throws: SignatureError.self, "\(request.headers[index].name)") { try verify(request) }
            request = SignedRequests.search
            request.headers.remove(at: index)
            #expect(throws: SignatureError.self, "\(SignedRequests.search.headers[index].name)") {
                try verify(request)
            }
        }
    }

    @Test func changedMethodBodyOrSecretIsRefused() {
        var request = SignedRequests.frame
        request.method = "PUT"
        #expect(throws: SignatureError.doesNotMatch) { try verify(request, body: SignedRequests.frameBody) }
        #expect(throws: SignatureError.doesNotMatch) { try verify(SignedRequests.frame, body: [1]) }
        #expect(throws: SignatureError.doesNotMatch) { try verify(SignedRequests.frame) }
        #expect(throws: SignatureError.doesNotMatch) {
            try verify(SignedRequests.frame, body: SignedRequests.frameBody, secret: "wrong")
        }
    }

    @Test func addedParameterOrRepeatedSignedFieldIsRefused() {
        var request = SignedRequests.search
        request.rawQuery? += "&offset=1"
        #expect(throws: SignatureError.doesNotMatch) { try verify(request) }
        request = SignedRequests.search
        request.headers.append(("accept", "text/html"))
        #expect(throws: SignatureError.doesNotMatch) { try verify(request) }
        request = SignedRequests.search
        request.headers.append(("X-Unsigned", "1"))
        #expect(throws: Never.self) { try verify(request) }
    }

    // MARK: Time

    @Test(arguments: [-900, 0, 900])
    func clocksMayDifferByFifteenMinutes(offset: Int) throws {
        _ = try verify(SignedRequests.search, now: SignedRequests.now + offset)
    }

    @Test func clocksThatDifferMoreAreToldBothTimes() {
        #expect(
            throws: SignatureError(
                .invalidSignature,
                "Signature expired: 20261121T093015Z is now earlier than 20261121T093016Z (20261121T094516Z - 15 min.)")
        ) { try verify(SignedRequests.search, now: SignedRequests.now + 901) }
        #expect(
            throws: SignatureError(
                .invalidSignature,
                "Signature not yet current: 20261121T093015Z is still later than 20261121T093014Z "
                    + "(20261121T091514Z + 15 min.)")
        ) { try verify(SignedRequests.search, now: SignedRequests.now - 901) }
    }

    @Test(arguments: [(-301, false), (-300, true), (0, true), (900, true), (901, false)])
    func presignedRequestLivesFromFiveMinutesEarlyToItsExpiry(offset: Int, isGood: Bool) {
        let result = Result { try verify(SignedRequests.presigned, now: SignedRequests.now + offset) }
        #expect(((try? result.get()) != nil) == isGood)
    }

    @Test func presignedLifeMayExceedTheSkew() throws {
        let week = 604_800
        var request = RequestDescription(
            method: "GET", rawPath: "/a", rawQuery: nil, headers: [("Host", "localhost")])
        let time = SigningTime(secondsSince1970: SignedRequests.now)
        request.rawQuery = SignedRequests.signer.presign(request, at: time, expiresIn: week)
        _ = try verify(request, now: SignedRequests.now + week)
        #expect(throws: SignatureError.self) { try verify(request, now: SignedRequests.now + week + 1) }
    }

    @Test func extremeClocksDoNotTrap() {
        for now in [Int.min, Int.max] {
            #expect(throws: SignatureError.self) { try verify(SignedRequests.search, now: now) }
        }
    }

    // MARK: Scope

    @Test func scopeMustNameThisServiceRegionAndDay() throws {
        let claim = try SignatureClaim.parse(SignedRequests.search)
        #expect(
            throws: SignatureError(.invalidSignature, "Credential should be scoped to correct service: 's3'.")
        ) { try SignatureVerifier(service: "s3").check(claim, now: SignedRequests.now) }
        #expect(
            throws: SignatureError(
                .invalidSignature, "Credential should be scoped to a valid region, not 'us-east-1'.")
        ) { try SignatureVerifier(acceptedRegions: ["eu-west-1"]).check(claim, now: SignedRequests.now) }

        var request = SignedRequests.search
        request.headers = request.headers.map { header in
            (header.name, header.value.replacing("/20261121/", with: "/20261120/"))
        }
        let otherDay = try SignatureClaim.parse(request)
        #expect(
            throws: SignatureError(
                .invalidSignature,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "'20261120' != '20261121', from '20261121T093015Z'.")
        ) { try verifier.check(otherDay, now: SignedRequests.now) }
    }

    // MARK: Other signers' habits

    @Test(arguments: [(true, true), (false, true), (false, false)])
    func pathIsAcceptedBothOnceAndTwiceEncoded(normalizes: Bool, doubleEncodes: Bool) throws {
        var signer = SignedRequests.signer
        signer.normalizesPath = normalizes
        signer.doubleEncodesPath = doubleEncodes
        var request = RequestDescription(
            method: "GET", rawPath: "/tags/arn%3Aaws//x", rawQuery: nil, headers: [("Host", "localhost")])
        request.headers += signer.sign(
            request, payloadHash: .absent, at: SigningTime(secondsSince1970: SignedRequests.now))
        _ = try verify(request)
    }

    /// `/a%2Fb` encoded again is `/a%252Fb`, which as a path means something else.
    @Test func signatureOverAPathDoesNotCoverItsEncodedForm() throws {
        var request = RequestDescription(
            method: "GET", rawPath: "/a%2Fb", rawQuery: nil, headers: [("Host", "localhost")])
        request.headers += SignedRequests.signer.sign(
            request, payloadHash: .absent, at: SigningTime(secondsSince1970: SignedRequests.now))
        _ = try verify(request)
        request.rawPath = "/a%252Fb"
        #expect(throws: SignatureError.doesNotMatch) { try verify(request) }
    }

    @Test func queryMayBeSignedAsItIsSent() throws {
        // curl 7.88 signs a query as it stands: neither sorted nor encoded.
        let query = "limit=3&PatientName=A:B/c"
        let time = SigningTime(secondsSince1970: SignedRequests.now)
        let scope = CredentialScope(date: time.date, region: "us-east-1", service: "medical-imaging")
        let canonical = CanonicalRequest(
            method: "GET", path: Array("/studies".utf8), query: Array(query.utf8),
            headers: Array("host:localhost\nx-amz-date:\(time.basicFormat)\n".utf8),
            signedHeaders: "host;x-amz-date", payload: PayloadHash.emptySHA256)
        let signature = Hexadecimal.encode(
            SigningKey(secret: SignedRequests.secret, scope: scope)
                .signature(of: StringToSign.request(canonical.bytes, time: time, scope: scope)))
        var request = RequestDescription(
            method: "GET", rawPath: "/studies", rawQuery: query,
            headers: [
                ("Host", "localhost"), ("X-Amz-Date", time.basicFormat),
                (
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKID/\(scope.text),SignedHeaders=host;x-amz-date,Signature=\(signature)"
                ),
            ])
        _ = try verify(request)
        request.rawQuery = "limit=4&PatientName=A:B/c"
        #expect(throws: SignatureError.doesNotMatch) { try verify(request) }
    }

    /// A line feed in a path or query must not be able to stand for the one that ends its line.
    @Test func controlCharactersAreNeverSignedAsSent() {
        #expect(CanonicalPath.acceptable("/a\nb=1").allSatisfy { !$0.contains(UInt8(ascii: "\n")) })
        #expect(CanonicalQuery.acceptable("a=1\nhost:x").allSatisfy { !$0.contains(UInt8(ascii: "\n")) })
    }

    @Test func presignedBodyMayBeUnsigned() throws {
        var request = RequestDescription(
            method: "POST", rawPath: "/studies", rawQuery: nil, headers: [("Host", "localhost")])
        let time = SigningTime(secondsSince1970: SignedRequests.now)
        request.rawQuery = SignedRequests.signer.presign(request, payloadHash: .unsigned, at: time, expiresIn: 60)
        guard case .any = try verify(request, body: [1]).body else {
            Issue.record("the body is not signed")
            return
        }
    }

    @Test func comparisonLooksAtEveryByte() {
        let bytes: [UInt8] = [1, 2, 3, 4]
        #expect(ConstantTime.areEqual(bytes, [1, 2, 3, 4]))
        #expect(ConstantTime.areEqual([], []))
        #expect(!ConstantTime.areEqual(bytes, [1, 2, 3]))
        for index in bytes.indices {
            for bit in 0..<8 {
                var other = bytes
                other[index] ^= 1 << UInt8(bit)
                #expect(!ConstantTime.areEqual(bytes, other))
            }
        }
    }
}
