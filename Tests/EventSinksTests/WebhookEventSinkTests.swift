import Catalog
import Crypto
import DICOM
import Events
import Foundation
import NIOHTTP1
import Signing
import Synchronization
import TestSupport
import Testing

@testable import EventSinks

struct WebhookEventSinkTests {
    @Test(arguments: EventSinkSuite.checks)
    func keepsTheContract(_ check: EventSinkSuite.Check) async throws {
        let place = try await WebhookPlace()
        try await check.run(on: place)
        try await place.server.close()
    }

    /// The example of the Standard Webhooks specification's reference libraries.
    @Test func signsAsTheReferenceLibrariesDo() throws {
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: ["", "secret", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    func otherSecretsAreRefused(text: String) {
        #expect(WebhookSecret(text) == nil)
    }

    @Test func eachRequestIsSignedOverItsIdTimeAndBody() async throws {
        let place = try await WebhookPlace()
        let sink = try await place.sink()
        _ = await sink.deliver([EventSinkSuite.event(7)])
        try await sink.close()
        let request = try #require(place.server.requests.first)
        #expect(request.method == .POST && request.uri == "/hook?a=b")
        #expect(String(decoding: request.body, as: UTF8.self) == EventSinkSuite.event(7).json)
        #expect(request.header("content-type") == "application/json")
        #expect(request.header("webhook-id") == EventID(7).description)
        #expect(request.header("webhook-timestamp") == "1700000000")
        let key = SymmetricKey(data: try #require(Data(base64Encoded: String(WebhookPlace.secret.dropFirst(6)))))
        let signed = Data("\(EventID(7)).1700000000.".utf8) + request.body
        let code = Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
        #expect(request.header("webhook-signature") == "v1,\(code)")
        try await place.server.close()
    }

    @Test func eventsAfterOneThatIsNotTakenWait() async throws {
        let server = try await ScriptedServer { _, number in .answer(number == 1 ? 302 : 204, ["location": "/"]) }
        let sink = try WebhookPlace.sink(on: server)
        let receipt = await sink.deliver([1, 2, 3].map { EventSinkSuite.event($0) })
        #expect(receipt.delivered == [EventID(1)])
        #expect(receipt.failure?.description == "the receiver answered with status 302")
        #expect(server.requests.count == 2)
        try await sink.close()
        try await server.close()
    }

    @Test func aReceiverThatDoesNotAnswerIsGivenUp() async throws {
        let server = try await ScriptedServer { _, _ in .cut(200, ["content-length": "5"], []) }
        let sink = try WebhookPlace.sink(on: server, timeout: .seconds(1))
        let receipt = await sink.deliver([EventSinkSuite.event(1)])
        #expect(receipt.delivered.isEmpty && receipt.failure != nil)
        // Its address may be a secret.
        #expect(receipt.failure?.description.contains("hook") == false)
        try await sink.close()
        try await server.close()
    }
}

/// A receiver of webhooks.
private final class WebhookPlace: EventSinkSuite.Place {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    let server: ScriptedServer
    private let taken: Taken

    private final class Taken: Sendable {
        let state = Mutex((isWorking: true, details: [String]()))
    }

    init() async throws {
        let taken = Taken()
        self.taken = taken
        server = try await ScriptedServer { request, _ in
            taken.state.withLock { state in
                guard state.isWorking else { return .answer(503) }
                let text = String(decoding: request.body, as: UTF8.self)
                state.details.append(String(text.dropLast().split(separator: #""detail":"#).last ?? ""))
                return .answer(200)
            }
        }
    }

    func sink() async throws -> any EventSink {
        try Self.sink(on: server)
    }

    static func sink(on server: ScriptedServer, timeout: Duration = .seconds(100)) throws -> any EventSink {
        WebhookEventSink(
            name: "hook", endpoint: try #require(EventEndpoint("http://127.0.0.1:\(server.port)/hook?a=b")),
            secret: try #require(WebhookSecret(secret)), timeout: timeout,
            now: { SigningTime(secondsSince1970: 1_700_000_000) })
    }

    func setWorking(_ isWorking: Bool) {
        taken.state.withLock { $0.isWorking = isWorking }
    }

    func arrivals() -> [String] {
        taken.state.withLock { $0.details }
    }
}
