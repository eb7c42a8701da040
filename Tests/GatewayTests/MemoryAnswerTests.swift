import Catalog
import Foundation
import ImageSets
import Logging
import NIOCore
import Store
import TestSupport
import Testing

@testable import Gateway

/// Frames that are answered from memory: like any other answer, and only to those who may have them.
@Suite(.timeLimit(.minutes(5)))
struct MemoryAnswerTests {
    /// A stored frame, and the request that asks for it.
    private struct Frame {
        let server: ServerFixture
        let imageSet: ImageSetID
        let id: ImageFrameID
        var path: String { server.path("imageSet/\(imageSet)/getImageFrame") }
        var body: [UInt8] { Array(#"{"imageFrameId":"\#(id)"}"#.utf8) }

        var isInMemory: Bool {
            server.store.openDatastore(server.datastore.id)?.frameInMemory(id, of: imageSet) != nil
        }

        /// The bytes of the request, signed.
        func request() -> [UInt8] {
            let fields = server.signed("POST", path, body: body, payload: .covered)
            return RawConnection.head("POST", path, fields + [("Content-Length", String(body.count))]) + body
        }
    }

    private func withFrame(_ body: (Frame) async throws -> Void) async throws {
        try await ServerFixture.run { server in
            var instance = TestInstance()
            (instance.rows, instance.columns) = (300, 300)
            let stored = try await server.send(
                "POST", server.path("studies"), headers: [("Content-Type", "application/dicom")],
                body: instance.file())
            try #require(stored.status == 200)
            let hits = try await server.datastore.searchImageSets(.init(limit: 10))
            let imageSet = try #require(hits.first).imageSet.id
            let checksums = try await server.datastore.instanceChecksums(of: imageSet, version: 1)
            let frame = try #require(checksums.first?.frames.first)
            try await body(Frame(server: server, imageSet: imageSet, id: frame.id))
        }
    }

    @Test func theAnswerIsTheSameFromMemory() async throws {
        try await withFrame { frame in
            #expect(!frame.isInMemory)
            let first = try await RawConnection(port: frame.server.port).exchange(frame.request(), method: "POST")
            try #require(first.status == 200 && frame.isInMemory)
            let connection = try RawConnection(port: frame.server.port)
            for _ in 1...3 {
                let again = try await connection.exchange(frame.request(), method: "POST")
                #expect(again.status == 200)
                #expect(again.body == first.body)
                #expect(again.values("x-amzn-requestid") != first.values("x-amzn-requestid"))
                let names = ["content-type", "content-length", "x-content-type-options"]
                #expect(names.map(again.values) == names.map(first.values))
            }
        }
    }

    @Test func aFrameInMemoryIsGivenToNobodyElse() async throws {
        try await withFrame { frame in
            _ = try await RawConnection(port: frame.server.port).exchange(frame.request(), method: "POST")
            try #require(frame.isInMemory)
            let connection = try RawConnection(port: frame.server.port)
            let changed = String(decoding: frame.request(), as: UTF8.self)
                .replacingOccurrences(of: "imageFrameId\":\"", with: "imageFrameId\": \"")
                .replacingOccurrences(of: "Content-Length: 51", with: "Content-Length: 52")
            #expect(try await connection.exchange(Array(changed.utf8), method: "POST").status == 403)
            let unsigned =
                RawConnection.head("POST", frame.path, [("Host", "x"), ("Content-Length", "51")]) + frame.body
            #expect(try await connection.exchange(unsigned, method: "POST").status == 403)
            let elsewhere = frame.server.path("imageSet/\(ImageSetID(7))/getImageFrame")
            let answer = try await frame.server.send("POST", elsewhere, body: frame.body)
            #expect(answer.status == 404)
            #expect(answer.errorType == "ResourceNotFoundException")
        }
    }

    @Test func answersKeepTheOrderOfPipelinedRequests() async throws {
        try await withFrame { frame in
            let first = try await RawConnection(port: frame.server.port).exchange(frame.request(), method: "POST")
            let list = RawConnection.head("GET", "/datastore", frame.server.signed("GET", "/datastore"))
            let connection = try RawConnection(port: frame.server.port)
            try await connection.send(frame.request() + list + frame.request() + frame.request() + list)
            for expected in [true, false, true, true, false] {
                let answer = try await connection.answer(to: expected ? "POST" : "GET")
                #expect(answer.status == 200)
                #expect((answer.body == first.body) == expected)
            }
        }
    }

    @Test func aRequestThatEndsHalfwayHarmsNothing() async throws {
        try await withFrame { frame in
            _ = try await RawConnection(port: frame.server.port).exchange(frame.request(), method: "POST")
            for count in [10, 40] {
                let connection = try RawConnection(port: frame.server.port)
                try await connection.send(frame.request().dropLast(count))
                connection.endSending()
                let answer = try? await connection.answer(to: "POST")
                #expect(answer == nil || answer?.status == 400)
            }
            #expect(try await frame.server.send("GET", "/health").status == 200)
        }
    }

    @Test func aBodyMayComeByteByByte() async throws {
        try await withFrame { frame in
            let first = try await RawConnection(port: frame.server.port).exchange(frame.request(), method: "POST")
            let connection = try RawConnection(port: frame.server.port)
            let bytes = frame.request()
            try await connection.send(Array(bytes.dropLast(frame.body.count)))
            for byte in frame.body { try await connection.send([byte]) }
            #expect(try await connection.answer(to: "POST").body == first.body)
        }
    }

    @Test func aClientThatNeverReadsIsNotAnsweredForEver() async throws {
        try await withFrame { frame in
            _ = try await RawConnection(port: frame.server.port).exchange(frame.request(), method: "POST")
            let connection = try RawConnection(port: frame.server.port)
            // Some 30 MB of answers: more than the sockets hold, so that the server has to wait for this client.
            for _ in 0..<200 { try await connection.send(frame.request()) }
            #expect(try await frame.server.send("GET", "/health").status == 200)
            for _ in 0..<200 { #expect(try await connection.answer(to: "POST").status == 200) }
        }
    }
}

@Suite struct RequestIDTests {
    @Test func isARandomUUID() throws {
        for random in [0, UInt128.max, 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF] {
            let text = RequestID(random: random).text
            #expect(UUID(uuidString: text)?.uuidString.lowercased() == text)
            let characters = Array(text)
            #expect(characters[14] == "4")
            #expect("89ab".contains(characters[19]))
        }
        #expect(RequestID(random: .max).text == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    }
}
