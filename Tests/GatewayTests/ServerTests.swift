import Foundation
import HTTPTypes
import Store
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(5)))
struct ServerTests {
    // MARK: Limits

    @Test func aNativeBodyHasALimit() async throws {
        try await ServerFixture.run { server in
            let large = [UInt8](repeating: 0x20, count: (1 << 20) + 1)
            for payload in [ServerFixture.Payload.named, .covered] {
                let answer = try await server.send("POST", "/datastore", body: large, payload: payload)
                #expect(answer.status == 400)
                #expect(answer.errorType == "ValidationException")
            }
        }
    }

    @Test func anUploadThatIsTooLongIsRefusedUnread() async throws {
        try await ServerFixture.run {
            $0.quotas.storeRequestBytes = 1_000
        } _: { server in
            let headers = [(name: "Content-Type", value: "application/dicom"), (name: "Content-Length", value: "1001")]
            for payload in [ServerFixture.Payload.named, .covered, .unsigned] {
                let fields = server.signed("POST", server.path("studies"), headers: headers, payload: payload)
                let connection = try RawConnection(port: server.port)
                let answer = try await connection.exchange(
                    RawConnection.head("POST", server.path("studies"), fields), method: "POST")
                #expect(answer.status == 413)
            }
        }
    }

    @Test(arguments: [
        "Content-Length: -1", "Content-Length: x", "Content-Length: 99999999999999999999999",
        "Content-Length: 1\r\nContent-Length: 2", "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Bad Header: 1", "X: \u{1}",
    ])
    func aRequestThatCannotBeFramedIsRefused(line: String) async throws {
        try await ServerFixture.run { server in
            let connection = try RawConnection(port: server.port)
            try await connection.send(Array("POST /datastore HTTP/1.1\r\nHost: x\r\n\(line)\r\n\r\n".utf8))
            let answer = try? await connection.answer()
            #expect(answer == nil || (400...403).contains(answer?.status ?? 0))
            #expect(try await server.send("GET", "/health").status == 200)
        }
    }

    @Test func aHeadHasALimit() async throws {
        try await ServerFixture.run { server in
            let connection = try RawConnection(port: server.port)
            let line = "X: \(String(repeating: "x", count: 100_000))"
            // The server may hang up before all of it is taken.
            try? await connection.send(Array("GET /health HTTP/1.1\r\nHost: x\r\n\(line)\r\n\r\n".utf8))
            let answer = try? await connection.answer()
            #expect(answer == nil || (400...431).contains(answer?.status ?? 0))
            #expect(try await server.send("GET", "/health").status == 200)
        }
    }

    @Test func aClientThatGoesSilentIsHungUpOn() async throws {
        try await ServerFixture.run {
            _ in
        } gateway: {
            $0.idleTimeoutSeconds = 1
        } _: { server in
            for bytes in [
                "", "GET /health HTTP/1.1\r\nHo", "POST /datastore HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n",
            ] {
                let connection = try RawConnection(port: server.port)
                try await connection.send(Array(bytes.utf8))
                if bytes.hasPrefix("POST") { _ = try? await connection.answer(to: "POST") }
                #expect(try await connection.isEnded(), "\(bytes)")
            }
        }
    }

    // MARK: Answers

    @Test func aConnectionServesManyRequestsEachWithItsOwnId() async throws {
        try await ServerFixture.run { server in
            let connection = try RawConnection(port: server.port)
            var ids: Set<String> = []
            for _ in 0..<50 {
                let answer = try await connection.exchange(
                    RawConnection.head("GET", "/health", [("Host", "x"), ("Content-Length", "0")]))
                #expect(answer.status == 200)
                ids.formUnion(answer.values("x-amzn-requestid"))
            }
            #expect(ids.count == 50)
        }
    }

    @Test func aRefusedUploadLeavesTheConnectionUsable() async throws {
        try await ServerFixture.run { server in
            let connection = try RawConnection(port: server.port)
            let body = [UInt8](repeating: 0x78, count: 100_000)
            let fields = [(name: "Host", value: "x"), (name: "Content-Length", value: String(body.count))]
            let refused = try await connection.exchange(
                RawConnection.head("POST", server.path("studies"), fields) + body, method: "POST")
            #expect(refused.status == 403)
            let answer = try await connection.exchange(RawConnection.head("GET", "/health", [("Host", "x")]))
            #expect(answer.status == 200)
        }
    }

    @Test func whoExpectsToContinueIsToldTo() async throws {
        try await ServerFixture.run { server in
            let file = try TestInstance.numbered(1).file()
            let fields = server.signed(
                "POST", server.path("studies"),
                headers: [("Content-Type", "application/dicom"), ("Content-Length", String(file.count))], body: file)
            let connection = try RawConnection(port: server.port)
            try await connection.send(
                RawConnection.head("POST", server.path("studies"), fields + [("Expect", "100-continue")]))
            #expect(try await connection.answer(to: "POST", takesInformational: true).status == 100)
            #expect(try await connection.exchange(file, method: "POST").status == 200)
        }
    }

    @Test func HEADAnswersTheHeadOfGET() async throws {
        try await ServerFixture.run { server in
            let file = try TestInstance.numbered(1).file()
            _ = try await server.send(
                "POST", server.path("studies"), headers: [("Content-Type", "application/dicom")], body: file)
            let instance = TestInstance.numbered(1)
            let path = server.path("studies/\(instance.study)/series/\(instance.series)/instances/\(instance.sop)")
            let (get, head) = (try await server.send("GET", path), try await server.send("HEAD", path))
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.values("content-length") == [String(get.body.count)])
            #expect(head.values("content-type") == get.values("content-type"))
        }
    }

    @Test func URLsInAnswersLeadBackTheWayTheClientCame() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.send(
                "POST", server.path("studies"), headers: [("Content-Type", "application/dicom")],
                body: TestInstance.numbered(1).file())
            #expect(answer.text.contains("\"http://127.0.0.1:\(server.port)/datastore/"))
        }
    }

    // MARK: Cross-origin requests (quirk Q16)

    @Test func aPreflightNeedsNoSignature() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.send(
                "OPTIONS", server.path("studies"),
                [("Host", "x"), ("Origin", "https://viewer"), ("Access-Control-Request-Method", "POST")])
            #expect(answer.status == 204)
            #expect(answer.values("access-control-allow-origin") == ["*"])
            let allowed = answer.values("access-control-allow-headers").joined().lowercased()
            for name in [
                "authorization", "accept", "content-type", "range", "x-amz-date", "x-amz-security-token",
                "x-amz-content-sha256", "amz-sdk-request", "amz-sdk-invocation-id",
            ] {
                #expect(allowed.contains(name), "\(name)")
            }
            #expect(answer.values("access-control-max-age").count == 1)
        }
    }

    @Test func refusalsCanBeReadByPages() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.send(
                "GET", server.path("studies"), [("Host", "x"), ("Origin", "https://viewer")])
            #expect(answer.status == 403)
            #expect(answer.values("access-control-allow-origin") == ["*"])
            let exposed = answer.values("access-control-expose-headers").joined()
            for name in ["x-amzn-requestid", "x-amzn-errortype", "etag", "warning", "content-range"] {
                #expect(exposed.contains(name), "\(name)")
            }
        }
    }

    @Test func onlyAllowedOriginsAreAllowed() async throws {
        try await ServerFixture.run {
            _ in
        } gateway: {
            $0.allowedOrigins = ["https://viewer"]
        } _: { server in
            for (origin, isAllowed) in [
                ("https://viewer", true), ("https://evil", false), ("https://viewer.evil", false),
            ] {
                for method in ["OPTIONS", "GET"] {
                    let answer = try await server.send(
                        method, "/health", [("Host", "x"), ("Origin", origin)])
                    #expect(answer.values("access-control-allow-origin") == (isAllowed ? [origin] : []), "\(origin)")
                    #expect(answer.values("vary").contains("Origin"))
                }
            }
            // What varies by encoding varies by origin too.
            let answer = try await server.send("GET", server.path("studies"), headers: [("Accept-Encoding", "gzip")])
            #expect(Set(answer.values("vary")) == ["Accept-Encoding", "Origin"])
        }
    }
}
