import NIOHTTP1
import Signing
import Testing

@testable import S3

struct S3RequestTests {
    @Test(
        arguments: [
            ("http://h:9000", "us-east-1", nil, "http://h:9000/bucket/a%20b"),
            ("https://h", "us-east-1", .virtualHost, "https://bucket.h/a%20b"),
            (nil, "eu-west-3", nil, "https://bucket.s3.eu-west-3.amazonaws.com/a%20b"),
            (nil, "cn-north-1", .path, "https://s3.cn-north-1.amazonaws.com.cn/bucket/a%20b"),
        ] as [(String?, String, S3Configuration.Addressing?, String)])
    func aRequestGoesWhereTheConfigurationSays(
        endpoint: String?, region: String, addressing: S3Configuration.Addressing?, url: String
    ) {
        let configuration = S3Configuration(
            endpoint: endpoint.flatMap { S3Endpoint($0) }, region: region, credential: S3Fixture.credential,
            addressing: addressing)
        let request = S3Request(.GET, bucket: "bucket", key: "a b")
        #expect(request.target(configuration, region: region).url == url)
        let whole = S3Request(.HEAD, bucket: "bucket").target(configuration, region: region)
        #expect(whole.path == (configuration.addressing == .path ? "/bucket" : "/"))
    }

    @Test func aBucketWithDotsHasNoHostOfItsOwnUnderTLS() {
        var configuration = S3Configuration(region: "eu-west-3", credential: S3Fixture.credential)
        let request = S3Request(.GET, bucket: "my.bucket", key: "k")
        #expect(
            request.target(configuration, region: "eu-west-3").url
                == "https://s3.eu-west-3.amazonaws.com/my.bucket/k")
        configuration.endpoint = S3Endpoint("http://h")
        #expect(request.target(configuration, region: "eu-west-3").url == "http://my.bucket.h/k")
    }

    @Test(arguments: [
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"), ("https://s3.example.com/", "https://s3.example.com"),
        ("https://s3.example.com:443", "https://s3.example.com"), ("http://[::1]:80", "http://[::1]"),
        ("https://h:80", "https://h:80"),
    ])
    func endpointsAreRead(text: String, endpoint: String) {
        #expect(S3Endpoint(text)?.description == endpoint)
    }

    @Test(arguments: [
        "", "s3.example.com", "ftp://h", "http://", "http://h/path", "http://u@h", "http://h?x", "http://h ",
    ])
    func whatIsNoEndpointIsNone(text: String) {
        #expect(S3Endpoint(text) == nil)
    }

    @Test func pausesDoubleUpToABound() {
        let policy = RetryPolicy()
        for attempt in 1...100 {
            let longest = policy.pause(after: attempt, random: 1)
            #expect(longest == min(.milliseconds(100) * (1 << min(attempt - 1, 20)), .seconds(10)))
            #expect(policy.pause(after: attempt, random: 0) == .zero)
        }
    }
}
