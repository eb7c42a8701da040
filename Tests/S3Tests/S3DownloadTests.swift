import NIOHTTP1
import TestSupport
import Testing

@testable import S3

struct S3DownloadTests {
    private static let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    /// What a server answers that knows ranges, cut after `most` bytes.
    private static func serve(
        _ request: ScriptedServer.Request, etag: String = "\"e\"", most: Int = .max
    ) -> ScriptedServer.Reply {
        var (first, last) = (0, content.count - 1)
        var headers: HTTPHeaders = ["etag": etag]
        if let range = request.header("range") {
            let places = range.dropFirst(6).split(separator: "-").compactMap { Int($0) }
            first = places[0]
            last = min(places.count > 1 ? places[1] : last, last)
            headers.add(name: "content-range", value: "bytes \(first)-\(last)/\(content.count)")
        }
        let body = Array(content[first...last])
        headers.add(name: "content-length", value: "\(body.count)")
        let status = request.header("range") == nil ? 200 : 206
        return body.count <= most ? .answer(status, headers, body) : .cut(status, headers, Array(body[..<most]))
    }

    @Test func aBrokenConnectionIsTakenUpWhereItBroke() async throws {
        try await S3Fixture.run { request, _ in
            Self.serve(request, most: 9_000)
        } _: { fixture in
            let bytes = try await fixture.read()
            #expect(bytes == Self.content)
            // Twelve requests, each of which moves on: more than the retries of one that does not.
            let requests = fixture.server.requests
            #expect(requests.count == 12)
            #expect(requests[0].header("range") == nil)
            #expect(requests[1].header("range") == "bytes=9000-")
            #expect(requests[1].header("if-match") == "\"e\"")
        }
    }

    @Test func aRangeIsThatPart() async throws {
        try await S3Fixture.run { request, _ in
            Self.serve(request, most: 700)
        } _: { fixture in
            let (part, rest) = (
                try await fixture.read(range: 10..<2_000), try await fixture.read(range: 99_990..<200_000)
            )
            #expect(part == Array(Self.content[10..<2_000]))
            #expect(rest == Array(Self.content[99_990...]))
            #expect(fixture.server.requests[0].header("range") == "bytes=10-1999")
            #expect(fixture.server.requests[1].header("range") == "bytes=710-1999")
        }
    }

    @Test func aServerWithoutRangesIsReadFromTheStartAgain() async throws {
        try await S3Fixture.run { request, number in
            var plain = request
            plain.headers.remove(name: "range")
            return Self.serve(plain, most: number == 0 ? 30_000 : .max)
        } _: { fixture in
            let (whole, part) = (try await fixture.read(), try await fixture.read(range: 5..<17))
            #expect(whole == Self.content)
            #expect(part == Array(Self.content[5..<17]))
        }
    }

    @Test func anObjectThatChangedIsNotGluedTogether() async throws {
        for reply in [ScriptedServer.Reply.error(412, "PreconditionFailed"), .error(416, "InvalidRange")] {
            try await S3Fixture.run { request, number in
                number == 0 ? Self.serve(request, most: 9_000) : reply
            } _: { fixture in
                await #expect(throws: S3Error(.changed)) { try await fixture.read() }
            }
        }
        // A server that takes no notice of If-Match.
        try await S3Fixture.run { request, number in
            number == 0 ? Self.serve(request, most: 9_000) : Self.serve(request, etag: "\"f\"")
        } _: { fixture in
            await #expect(throws: S3Error(.changed)) { try await fixture.read() }
        }
    }

    @Test func aDownloadThatNeverMovesOnEnds() async throws {
        try await S3Fixture.run { request, number in
            number == 0 ? Self.serve(request, most: 9_000) : .cut(206, Self.head(9_000), [])
        } _: { fixture in
            await #expect(throws: S3Error(.unavailable)) { try await fixture.read() }
            #expect(fixture.server.requests.count <= 6)
        }
    }

    private static func head(_ first: Int) -> HTTPHeaders {
        [
            "etag": "\"e\"", "content-range": "bytes \(first)-99999/100000",
            "content-length": "\(100_000 - first)",
        ]
    }

    @Test(arguments: ["bytes 0-99/100000", "bytes 9000-99999/9001", "bytes */100000", "x", "bytes 9000-1/100000"])
    func aRangeThatWasNotAskedForIsRefused(contentRange: String) async throws {
        try await S3Fixture.run { request, number in
            guard number > 0 else { return Self.serve(request, most: 9_000) }
            return .answer(206, ["etag": "\"e\"", "content-range": contentRange], [1, 2, 3])
        } _: { fixture in
            await #expect(throws: S3Error(.invalidAnswer)) { try await fixture.read() }
        }
    }

    @Test func anEmptyObjectIsEmpty() async throws {
        try await S3Fixture.run { _, _ in
            .answer(200, ["etag": "\"e\""])
        } _: { fixture in
            let bytes = try await fixture.read()
            #expect(bytes.isEmpty)
        }
    }

    @Test func whatTheConsumerThrowsIsThrownAndNotTriedAgain() async throws {
        struct Full: Error {}
        try await S3Fixture.run { request, _ in
            Self.serve(request)
        } _: { fixture in
            await #expect(throws: Full.self) { try await fixture.client.read("k", of: "b") { _ in throw Full() } }
            #expect(fixture.server.requests.count == 1)
        }
    }
}
