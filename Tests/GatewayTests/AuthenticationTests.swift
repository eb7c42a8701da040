import Foundation
import Gateway
import Signing
import Store
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct AuthenticationTests {
    /// Every kind of route: native with and without body, retrieval, search, upload, and none.
    private static func requests(_ server: ServerFixture) -> [(method: String, path: String, body: [UInt8])] {
        [
            ("GET", "/datastore", []), ("POST", "/datastore", Array("{\"clientToken\":\"a\"}".utf8)),
            ("POST", server.path("searchImageSets"), []), ("POST", server.path("searchImageSets"), Array("{}".utf8)),
            ("GET", server.path("studies"), []), ("HEAD", server.path("studies?PatientID=1"), []),
            ("GET", server.path("studies/1.2/series/1.3/instances/1.4"), []),
            ("GET", server.path("studies/1.2/series/1.3/metadata"), []),
            ("POST", server.path("studies"), Array("x".utf8)), ("GET", "/unknown", []),
        ]
    }

    @Test func whoDoesNotSignIsRefusedEverywhere() async throws {
        try await ServerFixture.run { server in
            for (method, path, body) in Self.requests(server) {
                let answer = try await server.send(method, path, [("Host", "x")], body)
                #expect(answer.status == 403, "\(method) \(path)")
                #expect(answer.errorType == "MissingAuthenticationTokenException", "\(method) \(path)")
            }
        }
    }

    /// A signature is judged before anything is answered, whether or not a header names the hash of the body: it may only
    /// be known at its end.
    @Test(arguments: [ServerFixture.Payload.named, .covered, .unsigned])
    func aWrongSecretIsRefusedEverywhere(payload: ServerFixture.Payload) async throws {
        try await ServerFixture.run { server in
            let wrong = Credential(accessKeyID: server.credential.accessKeyID, secretAccessKey: "guess")
            for (method, path, body) in Self.requests(server) {
                let answer = try await server.send(method, path, body: body, payload: payload, credential: wrong)
                #expect(answer.status == 403, "\(method) \(path)")
                let right = try await server.send(method, path, body: body, payload: payload)
                #expect(right.status != 403, "\(method) \(path)")
            }
        }
    }

    @Test func anUnknownKeyIsRefused() async throws {
        try await ServerFixture.run { server in
            let stranger = Credential(accessKeyID: "AKIAXXXXXXXXXXXXXXXX", secretAccessKey: "x")
            let answer = try await server.send("GET", "/datastore", credential: stranger)
            #expect(answer.status == 403)
            #expect(answer.errorType == "UnrecognizedClientException")
            let token = Credential(
                accessKeyID: server.credential.accessKeyID,
                secretAccessKey: server.credential.secretAccessKey, sessionToken: "t")
            #expect(try await server.send("GET", "/datastore", credential: token).status == 403)
        }
    }

    @Test func anOldSignatureIsRefused() async throws {
        try await ServerFixture.run { server in
            for offset in [-1_000, 1_000] {
                let fields = server.signed("GET", "/datastore", at: Int(Date().timeIntervalSince1970) + offset)
                let answer = try await server.send("GET", "/datastore", fields)
                #expect(answer.status == 403)
                #expect(answer.errorType == "InvalidSignatureException")
            }
        }
    }

    // MARK: Bodies

    @Test(arguments: [ServerFixture.Payload.named, .covered])
    func aBodyThatWasChangedDoesNothing(payload: ServerFixture.Payload) async throws {
        try await ServerFixture.run { server in
            let native = server.signed(
                "POST", "/datastore", body: Array("{\"clientToken\":\"a\"}".utf8), payload: payload)
            let answer = try await server.send("POST", "/datastore", native, Array("{\"clientToken\":\"b\"}".utf8))
            #expect(answer.status == 403)
            #expect(answer.errorType == "InvalidSignatureException")
            #expect(try await server.store.datastores().count == 1)

            let file = try TestInstance.numbered(1).file()
            let headers = [(name: "Content-Type", value: "application/dicom")]
            let upload = server.signed("POST", server.path("studies"), headers: headers, body: file, payload: payload)
            var changed = file
            changed[changed.count - 1] ^= 1
            #expect(try await server.send("POST", server.path("studies"), upload, changed).status == 403)
            #expect(try await server.instanceCount() == 0)
            #expect(try await server.send("POST", server.path("studies"), upload, file).status == 200)
            #expect(try await server.instanceCount() == 1)
        }
    }

    /// However a body is signed and framed, a connection that ends within it has stored nothing.
    @Test(arguments: [ServerFixture.Payload.named, .covered, .unsigned])
    func aBodyThatWasCutStoresNothing(payload: ServerFixture.Payload) async throws {
        try await ServerFixture.run { server in
            let file = try TestInstance.numbered(1).file()
            // What is there is signed as if it were all: only the framing tells that it is not.
            let cut = Array(file.dropLast(100))
            let fields = server.signed(
                "POST", server.path("studies"), headers: [("Content-Type", "application/dicom")], body: cut,
                payload: payload)
            for endsSoftly in [true, false] {
                for isChunked in [true, false] {
                    let connection = try RawConnection(port: server.port)
                    let framing =
                        isChunked ? ("Transfer-Encoding", "chunked") : ("Content-Length", String(file.count))
                    let head = RawConnection.head("POST", server.path("studies"), fields + [framing])
                    let chunk = isChunked ? Array("\(String(cut.count, radix: 16))\r\n".utf8) : []
                    try await connection.send(head + chunk + cut + (isChunked ? Array("\r\n".utf8) : []))
                    if endsSoftly {
                        connection.endSending()
                        let answer = try? await connection.answer(to: "POST")
                        #expect(answer == nil || answer?.status == 400)
                    }
                }
            }
            // The connections are gone; whatever came of them has come by the time another request is answered.
            #expect(try await server.send("GET", server.path("studies")).status == 200)
            #expect(try await server.instanceCount() == 0)
        }
    }

    @Test func aLargeBodySignedWithItsHeadIsStored() async throws {
        try await ServerFixture.run { server in
            var instance = TestInstance.numbered(1)
            (instance.rows, instance.columns, instance.frames) = (512, 512, 10)
            let answer = try await server.send(
                "POST", server.path("studies"), headers: [("Content-Type", "application/dicom")], body: instance.file(),
                payload: .covered)
            #expect(answer.status == 200)
            #expect(try await server.instanceCount() == 1)
        }
    }

    @Test func theHostThatWasSignedIsTheHostThatCounts() async throws {
        try await ServerFixture.run { server in
            var fields = server.signed("GET", "/datastore")
            fields[0].value = "elsewhere"
            let answer = try await server.send("GET", "/datastore", fields)
            #expect(answer.status == 403)
        }
    }

    @Test func withoutAuthenticationEverybodyIsRoot() async throws {
        try await ServerFixture.run {
            _ in
        } gateway: {
            $0.isUnauthenticated = true
        } _: { server in
            let answer = try await server.send("GET", "/datastore", [("Host", "x")])
            #expect(answer.status == 200)
        }
    }
}
