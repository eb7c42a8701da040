import Testing

@testable import Signing

struct SignerTests {
    private let time = SigningTime(secondsSince1970: SignedRequests.now)

    /// The request without what signing added to it.
    private func unsigned(_ request: RequestDescription) -> RequestDescription {
        var request = request
        request.headers.removeAll { ["Authorization", "X-Amz-Date", "X-Amz-Security-Token"].contains($0.name) }
        return request
    }

    @Test func headerFormIsThatOfBotocore() {
        let cases: [(RequestDescription, PayloadHash, String?)] = [
            (SignedRequests.frame, .of(SignedRequests.frameBody), nil),
            (SignedRequests.tags, .absent, "FwoGZXIvYXdzEXAMPLE//token+=="),
            (SignedRequests.search, .absent, nil),
            (SignedRequests.unsigned, .unsigned, nil),
            (SignedRequests.streaming, .streamingSigned, nil),
        ]
        for (request, payload, token) in cases {
            var signer = SignedRequests.signer
            signer.credential.sessionToken = token
            let added = signer.sign(unsigned(request), payloadHash: payload, at: time)
            #expect(
                added.first { $0.name == "Authorization" }?.value == request.headerValue("authorization"))
        }
    }

    @Test func queryFormIsThatOfBotocore() throws {
        var request = SignedRequests.presigned
        let published = try #require(request.rawQuery)
        request.rawQuery = "imageSetId=abcdefabcdefabcdefabcdefabcdefab"
        let query = SignedRequests.signer.presign(request, at: time, expiresIn: 900)
        // botocore writes the expiry before the names of the headers; the signature sorts them anyway.
        #expect(Set(query.split(separator: "&")) == Set(published.split(separator: "&")))
    }

    /// `GET Object` of the examples in AWS's "Authenticating Requests: Using the Authorization Header" for S3.
    @Test func s3RequestIsThatOfTheDocumentation() {
        let credential = Credential(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        let request = RequestDescription(
            method: "GET", rawPath: "/test.txt", rawQuery: nil,
            headers: [("Host", "examplebucket.s3.amazonaws.com"), ("Range", "bytes=0-9")])
        let added = Signer.s3(credential: credential, region: "us-east-1")
            .sign(request, payloadHash: .absent, at: SigningTime(secondsSince1970: 1_369_353_600))
        #expect(added.map(\.name) == ["X-Amz-Date", "X-Amz-Content-Sha256", "Authorization"])
        #expect(
            added.last?.value
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test func fieldsThatProxiesChangeAreNotSigned() {
        let request = RequestDescription(
            method: "GET", rawPath: "/", rawQuery: nil,
            headers: [("Host", "a"), ("User-Agent", "x"), ("Connection", "close"), ("X-Amz-Date", "stale")])
        let added = SignedRequests.signer.sign(request, payloadHash: .absent, at: time)
        #expect(added.last?.value.contains("SignedHeaders=host;x-amz-date,") == true)
    }
}
