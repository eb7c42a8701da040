import NIOCore
import NIOHTTP1
import Signing
import TestSupport
import Testing

@testable import S3

struct S3ClientTests {
    // MARK: Retries

    @Test func aFailureThatPassesIsTriedAgainWithGrowingPauses() async throws {
        try await S3Fixture.run { _, number in
            switch number {
            case 0: .error(503, "SlowDown")
            case 1: .error(500, "InternalError")
            case 2: .hangUp
            case 3: .error(400, "RequestTimeout")
            default: S3Fixture.listing(["a"])
            }
        } _: { fixture in
            let keys = try await fixture.client.list("b", prefix: "").objects.map(\.key)
            #expect(keys == ["a"])
            #expect(fixture.server.requests.count == 5)
            #expect(fixture.pauses.all == [50, 100, 200, 400].map { .milliseconds($0) })
        }
    }

    @Test func aServerThatStaysDownIsUnavailable() async throws {
        for reply in [ScriptedServer.Reply.error(503, "SlowDown"), .hangUp, .answer(502)] {
            try await S3Fixture.run { _, _ in
                reply
            } _: { fixture in
                await #expect(throws: S3Error(.unavailable)) { try await fixture.client.headBucket("b") }
                #expect(fixture.server.requests.count == 5)
            }
        }
    }

    @Test func aServerThatIsNotThereIsUnavailable() async throws {
        try await S3Fixture.run { _, _ in
            .hangUp
        } _: { fixture in
            try await fixture.server.close()
            await #expect(throws: S3Error(.unavailable)) { try await fixture.client.headBucket("b") }
            #expect(fixture.pauses.all.count == 4)
        }
    }

    @Test func thePauseThatAServerAsksForIsKeptWithinReason() async throws {
        try await S3Fixture.run { _, number in
            switch number {
            case 0: .error(503, "SlowDown", "", ["retry-after": "7"])
            case 1: .error(503, "SlowDown", "", ["retry-after": "86400"])
            default: .answer(200)
            }
        } _: { fixture in
            try await fixture.client.headBucket("b")
            #expect(fixture.pauses.all == [.seconds(7), .seconds(60)])
        }
    }

    @Test(arguments: [
        (403, "AccessDenied", S3Error.Code.accessDenied), (404, "NoSuchBucket", .noSuchBucket),
        (404, "NoSuchKey", .noSuchKey), (400, "InvalidArgument", .refused), (501, "NotImplemented", .refused),
        (401, "Unauthorized", .accessDenied), (301, "PermanentRedirect", .refused),
    ])
    func aRefusalIsFinal(status: Int, serviceCode: String, code: S3Error.Code) async throws {
        try await S3Fixture.run { _, _ in
            .error(status, serviceCode, "<RequestId>R1</RequestId>")
        } _: { fixture in
            let error = await #expect(throws: S3Error(code)) { _ = try await fixture.read() }
            #expect(error?.serviceCode == serviceCode)
            #expect(error?.requestID == "R1")
            #expect(fixture.server.requests.count == 1)
        }
    }

    @Test func anOutageEndsInOneTryARequestAndASuccessEarnsRetriesAgain() async throws {
        let budget = RetryBudget()
        var spent = 0
        while budget.spend() { spent += 1 }
        #expect(spent == 100)
        budget.earn()
        #expect(budget.spend())
        #expect(!budget.spend())
    }

    @Test func cancellationEndsARequest() async throws {
        try await S3Fixture.run { _, _ in
            .error(503, "SlowDown")
        } _: { fixture in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await fixture.client.headBucket("b")
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    // MARK: Regions

    @Test func aBucketInAnotherRegionIsAskedThereFromThenOn() async throws {
        for redirection in [
            ScriptedServer.Reply.error(301, "PermanentRedirect", "", ["x-amz-bucket-region": "eu-west-3"]),
            .error(400, "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>"),
            .answer(307, ["x-amz-bucket-region": "eu-west-3"]), .answer(400, ["x-amz-bucket-region": "eu-west-3"]),
        ] {
            try await S3Fixture.run { request, _ in
                request.signedRegion == "eu-west-3" ? .answer(200) : redirection
            } _: { fixture in
                try await fixture.client.delete("k", of: "b")
                try await fixture.client.delete("k", of: "b")
                #expect(fixture.server.requests.map(\.signedRegion) == ["us-east-1", "eu-west-3", "eu-west-3"])
                #expect(fixture.pauses.all.isEmpty)
            }
        }
    }

    @Test func redirectionsDoNotGoInCircles() async throws {
        try await S3Fixture.run { request, _ in
            let other = request.signedRegion == "a" ? "b" : "a"
            return .error(301, "PermanentRedirect", "", ["x-amz-bucket-region": other])
        } _: { fixture in
            await #expect(throws: S3Error(.refused)) { _ = try await fixture.read() }
            #expect(fixture.server.requests.count == 4)
        }
    }

    // MARK: What is sent

    @Test func theExpectedOwnerIsNamedAndSigned() async throws {
        try await S3Fixture.run { request, _ in
            request.method == .GET && request.uri.contains("list-type") ? S3Fixture.listing([]) : .answer(200)
        } _: { fixture in
            try await fixture.client.headBucket("b", owner: "123456789012")
            _ = try await fixture.client.list("b", prefix: "p", owner: "123456789012")
            _ = try await fixture.client.read("k", of: "b", owner: "123456789012") { _ in }
            for request in fixture.server.requests {
                #expect(request.header("x-amz-expected-bucket-owner") == "123456789012")
                #expect(request.header("authorization")?.contains("x-amz-expected-bucket-owner") == true)
            }
        }
    }

    @Test func keysGoOverTheWireEncodedByteByByte() async throws {
        let keys = [
            "a b+c%2Bd", "ä/\u{61}\u{308}", "q?x=1&y#f", "a//b/../c/./d", "日本 語", "'\"<>*~()[]{}|\\^`!=;:,@$", "/lead",
        ]
        let paths = [
            "/b/a%20b%2Bc%252Bd", "/b/%C3%A4/a%CC%88", "/b/q%3Fx%3D1%26y%23f", "/b/a//b/../c/./d",
            "/b/%E6%97%A5%E6%9C%AC%20%E8%AA%9E",
            "/b/%27%22%3C%3E%2A~%28%29%5B%5D%7B%7D%7C%5C%5E%60%21%3D%3B%3A%2C%40%24", "/b//lead",
        ]
        try await S3Fixture.run { _, _ in
            .answer(200)
        } _: { fixture in
            for key in keys { try await fixture.client.put(ByteBuffer(), to: key, of: "b") }
            #expect(fixture.server.requests.map(\.uri) == paths)
        }
    }

    @Test func theSignatureIsThatOfSigning() async throws {
        try await S3Fixture.run { _, _ in
            .answer(200)
        } _: { fixture in
            try await fixture.client.put(ByteBuffer(string: "x y"), to: "a b/+", of: "b")
            let request = try #require(fixture.server.requests.first)
            let names = ["host", "x-amz-content-sha256", "x-amz-date"]
            let headers = names.compactMap { name in request.header(name).map { (name: name, value: $0) } }
            let expected = Signer.s3(credential: S3Fixture.credential, region: "us-east-1").sign(
                RequestDescription(
                    method: "PUT", rawPath: request.uri, rawQuery: nil, headers: [headers[0]]),
                payloadHash: .of(Array("x y".utf8)), at: SigningTime(secondsSince1970: 1_700_000_000))
            #expect(headers.count == 3)
            #expect(request.header("authorization") == expected.first { $0.name == "Authorization" }?.value)
        }
    }

    // MARK: Listings

    @Test func pagesAreAskedForByToken() async throws {
        try await S3Fixture.run { request, _ in
            request.uri.contains("continuation-token=t%2B1")
                ? S3Fixture.listing(["c"]) : S3Fixture.listing(["a+b%2B%C3%A4", "&lt;&amp;"], next: "t+1")
        } _: { fixture in
            let first = try await fixture.client.list("b", prefix: "p q/")
            #expect(first.objects.map(\.key) == ["a b+ä", "<&"])
            #expect(first.nextToken == "t+1")
            let second = try await fixture.client.list("b", prefix: "p q/", after: first.nextToken)
            #expect(second.objects.map(\.key) == ["c"])
            #expect(second.nextToken == nil)
            #expect(fixture.server.requests[0].uri.contains("prefix=p%20q%2F"))
        }
    }

    @Test func keysThatAreNotEncodedAreTakenAsTheyAre() async throws {
        try await S3Fixture.run { _, _ in
            S3Fixture.listing(["a+b%2B"], encoded: false)
        } _: { fixture in
            let keys = try await fixture.client.list("b", prefix: "").objects.map(\.key)
            #expect(keys == ["a+b%2B"])
        }
    }

    @Test(arguments: [
        "", "no XML", "<ListBucketResult>", "<Other/>", "<!DOCTYPE x [<!ENTITY e \"e\">]><ListBucketResult/>",
        String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40),
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%zz</Key><Size>1</Size></Contents></ListBucketResult>",
    ])
    func whatIsNoListingIsAnInvalidAnswer(text: String) async throws {
        try await S3Fixture.run { _, _ in
            .xml(200, text)
        } _: { fixture in
            await #expect(throws: S3Error(.invalidAnswer)) { try await fixture.client.list("b", prefix: "") }
        }
    }

    @Test func aDocumentWithoutEndIsNotReadToMemory() async throws {
        try await S3Fixture.run { _, _ in
            .answer(200, [:], [UInt8](repeating: 0x20, count: 17 << 20))
        } _: { fixture in
            await #expect(throws: S3Error(.invalidAnswer)) { try await fixture.client.list("b", prefix: "") }
        }
    }
}
