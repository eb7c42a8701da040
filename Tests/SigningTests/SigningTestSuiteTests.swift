import Foundation
import TestSupport
import Testing

@testable import Signing

/// AWS's public signing test suite: 38 requests, each signed in the header and in the query.
@Suite(.enabled(if: TestCorpus.url("sigv4") != nil, "the shared corpus is absent"))
struct SigningTestSuiteTests {
    @Test func theSuiteIsWhole() {
        #expect(SigningVector.names.count == 38)
    }

    @Test(arguments: SigningVector.names)
    func headerFormIsSignedAsPublished(name: String) throws {
        let vector = try SigningVector(name)
        let (signer, payload) = (vector.signer, vector.payloadHash)
        let added = signer.sign(vector.request, payloadHash: payload, at: vector.time)

        var signed = vector.request
        signed.headers += added.filter { header in
            header.name != "Authorization" && (signer.signsSessionToken || header.name != "X-Amz-Security-Token")
        }
        let canonical = signer.canonicalRequest(
            signed, query: CanonicalQuery(signed.rawQuery ?? ""), signedHeaders: Signer.signedHeaders(of: signed),
            payload: payload.headerValue ?? PayloadHash.emptySHA256)
        let scope = CredentialScope(date: vector.time.date, region: signer.region, service: signer.service)
        #expect(String(decoding: canonical.bytes, as: UTF8.self) == (try vector.text("header-canonical-request.txt")))
        #expect(
            String(
                decoding: StringToSign.request(canonical.bytes, time: vector.time, scope: scope), as: UTF8.self)
                == (try vector.text("header-string-to-sign.txt")))

        let published = try SigningVector.parse(vector.text("header-signed-request.txt")).request
        let expected = try #require(published.headerValue("authorization"))
        #expect(expected.hasSuffix(try vector.text("header-signature.txt")))
        #expect(added.first { $0.name == "Authorization" }?.value == expected)
        for header in published.headers {
            #expect(
                (vector.request.headers + added).contains {
                    $0.name.lowercased() == header.name.lowercased() && $0.value == header.value
                })
        }
    }

    @Test(arguments: SigningVector.names)
    func queryFormIsSignedAsPublished(name: String) throws {
        let vector = try SigningVector(name)
        let query = vector.signer.presign(
            vector.request, payloadHash: vector.payloadHash, at: vector.time, expiresIn: vector.expires)

        let unsigned = query.split(separator: "&").filter {
            !$0.hasPrefix("X-Amz-Signature=")
                && (vector.signer.signsSessionToken || !$0.hasPrefix("X-Amz-Security-Token="))
        }
        let canonical = vector.signer.canonicalRequest(
            vector.request, query: CanonicalQuery(unsigned.joined(separator: "&")),
            signedHeaders: Signer.signedHeaders(of: vector.request),
            payload: vector.payloadHash.headerValue ?? PayloadHash.emptySHA256)
        #expect(String(decoding: canonical.bytes, as: UTF8.self) == (try vector.text("query-canonical-request.txt")))

        let published = try SigningVector.parse(vector.text("query-signed-request.txt")).request
        #expect(query == published.rawQuery)
        #expect(query.hasSuffix("X-Amz-Signature=" + (try vector.text("query-signature.txt"))))
    }

    @Test(arguments: SigningVector.names, ["header-signed-request.txt", "query-signed-request.txt"])
    func publishedRequestIsVerified(name: String, form: String) throws {
        let vector = try SigningVector(name)
        let (request, body) = try SigningVector.parse(vector.text(form))
        let verifier = SignatureVerifier(service: "service")
        let claim = try SignatureClaim.parse(request)
        #expect(claim.accessKeyID == vector.signer.credential.accessKeyID)
        #expect(claim.sessionToken == vector.signer.credential.sessionToken)
        #expect(claim.isPresigned == form.hasPrefix("query"))

        var digest = BodyDigest()
        digest.update(body)
        let secret = vector.signer.credential.secretAccessKey
        let now = vector.time.secondsSince1970
        let verified = try verifier.verify(
            claim, of: request, secret: secret, now: now, bodySHA256: digest.hexadecimal)
        guard case .exactSHA256(let hash) = verified.body else {
            Issue.record("the signature covers the body")
            return
        }
        try digest.check(hash)

        var other = request
        other.method += "X"
        #expect(throws: SignatureError.doesNotMatch) {
            try verifier.verify(claim, of: other, secret: secret, now: now, bodySHA256: digest.hexadecimal)
        }
        #expect(throws: SignatureError.doesNotMatch) {
            try verifier.verify(claim, of: request, secret: secret + "x", now: now, bodySHA256: digest.hexadecimal)
        }
    }
}

/// One folder of the suite.
struct SigningVector {
    static let names: [String] = {
        guard let folder = TestCorpus.url("sigv4") else { return [] }
        return (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []
    }()

    let signer: Signer
    let time: SigningTime
    let expires: Int
    let request: RequestDescription
    let payloadHash: PayloadHash
    private let folder: URL

    init(_ name: String) throws {
        struct Context: Decodable {
            struct Credentials: Decodable {
                var access_key_id: String
                var secret_access_key: String
                var token: String?
            }
            var credentials: Credentials
            var expiration_in_seconds: Int
            var normalize: Bool
            var region: String
            var service: String
            var sign_body: Bool
            var timestamp: String
            var omit_session_token: Bool?
        }
        folder = try #require(TestCorpus.url("sigv4/\(name)"))
        let context = try JSONDecoder().decode(
            Context.self, from: Data(contentsOf: folder.appendingPathComponent("context.json")))
        signer = Signer(
            credential: Credential(
                accessKeyID: context.credentials.access_key_id,
                secretAccessKey: context.credentials.secret_access_key,
                sessionToken: context.credentials.token),
            region: context.region, service: context.service, normalizesPath: context.normalize,
            sendsPayloadHash: context.sign_body, signsSessionToken: context.omit_session_token != true)
        let digits = context.timestamp.filter { $0 != "-" && $0 != ":" }
        time = try #require(SigningTime(basicFormat: digits))
        expires = context.expiration_in_seconds
        let request = try String(contentsOf: folder.appendingPathComponent("request.txt"), encoding: .utf8)
        let (description, body) = try Self.parse(request)
        self.request = description
        payloadHash = body.isEmpty ? .absent : .of(body)
    }

    func text(_ file: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
    }

    /// A request as the suite writes it: targets hold spaces, and values go on in lines that begin with one.
    static func parse(_ text: String) throws -> (request: RequestDescription, body: [UInt8]) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        let requestLine = try #require(lines.first).dropLast(" HTTP/1.1".count)
        lines = lines.dropFirst()
        let method = requestLine.prefix { $0 != " " }
        let target = requestLine.dropFirst(method.count + 1)
        let path = target.prefix { $0 != "?" }
        var headers: [(name: String, value: String)] = []
        while let line = lines.popFirst(), !line.isEmpty {
            if line.first == " ", !headers.isEmpty {
                headers[headers.count - 1].value += "\n" + line
            } else {
                let name = line.prefix { $0 != ":" }
                headers.append((String(name), String(line.dropFirst(name.count + 1))))
            }
        }
        let request = RequestDescription(
            method: String(method), rawPath: String(path),
            rawQuery: path.count == target.count ? nil : String(target.dropFirst(path.count + 1)), headers: headers)
        return (request, Array(lines.joined(separator: "\n").utf8))
    }
}
