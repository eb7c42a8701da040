import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import S3

struct S3UploadTests {
    private static func serve(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        switch (request.method, request.uri.contains("uploads"), request.uri.contains("uploadId")) {
        case (.POST, true, _):
            .xml(200, "<InitiateMultipartUploadResult><UploadId>u&amp;1</UploadId></InitiateMultipartUploadResult>")
        case (.PUT, _, true): .answer(200, ["etag": "\"\(request.body.count)\""])
        case (.POST, _, true): .xml(200, "<CompleteMultipartUploadResult/>")
        case (.DELETE, _, _): .answer(204)
        case (.HEAD, _, _): .answer(200, ["content-length": "2500"])
        default: .answer(200)
        }
    }

    private static func upload(_ count: Int, with fixture: S3Fixture) async throws {
        var upload = S3Upload(to: "k", of: "b", client: fixture.client)
        for start in stride(from: 0, to: count, by: 300) {
            try await upload.append([UInt8](repeating: 7, count: min(300, count - start)))
        }
        try await upload.finish()
    }

    private static func small(_ configuration: inout S3Configuration) {
        configuration.partBytes = 1_000
    }

    @Test(arguments: [0, 1, 1_000]) func whatFitsIsOneRequest(count: Int) async throws {
        try await S3Fixture.run(configure: Self.small) { request, _ in
            Self.serve(request)
        } _: { fixture in
            try await Self.upload(count, with: fixture)
            #expect(fixture.server.requests.map(\.body.count) == [count])
            #expect(fixture.server.requests[0].uri == "/b/k")
        }
    }

    @Test func whatDoesNotFitIsUploadedInParts() async throws {
        try await S3Fixture.run(configure: Self.small) { request, _ in
            Self.serve(request)
        } _: { fixture in
            try await Self.upload(2_500, with: fixture)
            let requests = fixture.server.requests
            #expect(requests.map(\.method) == [.POST, .PUT, .PUT, .PUT, .POST])
            #expect(requests.map(\.body.count)[1...3] == [1_000, 1_000, 500])
            #expect(requests[2].uri == "/b/k?partNumber=2&uploadId=u%261")
            let document = String(decoding: requests[4].body, as: UTF8.self)
            #expect(document.contains("<Part><PartNumber>3</PartNumber><ETag>\"500\"</ETag></Part>"))
        }
    }

    @Test func anUploadThatIsGivenUpLeavesNoParts() async throws {
        try await S3Fixture.run(configure: Self.small) { request, _ in
            Self.serve(request)
        } _: { fixture in
            var upload = S3Upload(to: "k", of: "b", client: fixture.client)
            try await upload.append([UInt8](repeating: 1, count: 1_500))
            try await upload.abort()
            #expect(fixture.server.requests.last?.method == .DELETE)
            #expect(fixture.server.requests.last?.uri == "/b/k?uploadId=u%261")
            let count = fixture.server.requests.count
            try await upload.abort()
            #expect(fixture.server.requests.count == count)
        }
    }

    @Test func aPartThatFailsIsSentAgain() async throws {
        try await S3Fixture.run(configure: Self.small) { request, number in
            number == 2 ? .error(500, "InternalError") : Self.serve(request)
        } _: { fixture in
            try await Self.upload(2_500, with: fixture)
            #expect(fixture.server.requests.map(\.body.count)[1...4] == [1_000, 1_000, 1_000, 500])
        }
    }

    /// CompleteMultipartUpload answers 200 before it knows.
    @Test func anErrorInsideASuccessIsAnError() async throws {
        try await S3Fixture.run(configure: Self.small) { request, number in
            number == 4 ? .error(200, "InternalError") : Self.serve(request)
        } _: { fixture in
            try await Self.upload(2_500, with: fixture)
            #expect(fixture.server.requests.count == 6)
        }
        try await S3Fixture.run(configure: Self.small) { request, number in
            number == 4 ? .error(200, "AccessDenied") : Self.serve(request)
        } _: { fixture in
            await #expect(throws: S3Error.self) { try await Self.upload(2_500, with: fixture) }
        }
    }

    @Test func aCompletionWhoseAnswerWasLostIsFound() async throws {
        for (length, isFound) in [(2_500, true), (9, false)] {
            try await S3Fixture.run(configure: Self.small) { request, number in
                switch number {
                case 4: .hangUp
                case 5: .error(404, "NoSuchUpload")
                case 6: .answer(200, ["content-length": "\(length)"])
                default: Self.serve(request)
                }
            } _: { fixture in
                do {
                    try await Self.upload(2_500, with: fixture)
                    #expect(isFound)
                } catch {
                    #expect(!isFound, "\(error)")
                }
                #expect(fixture.server.requests.last?.method == .HEAD)
            }
        }
    }
}
