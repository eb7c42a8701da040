import Catalog
import DICOM
import Events
import Foundation
import NIOHTTP1
import Signing
import Synchronization
import TestSupport
import Testing

@testable import EventSinks

struct EventBridgeSinkTests {
    @Test(arguments: EventSinkSuite.checks)
    func keepsTheContract(_ check: EventSinkSuite.Check) async throws {
        let place = try await BusPlace()
        try await check.run(on: place)
        try await place.server.close()
    }

    @Test func anEntryIsTheEventOnItsBus() async throws {
        let place = try await BusPlace()
        let sink = try await place.sink()
        let event = EventSinkSuite.event(5)
        _ = await sink.deliver([event])
        try await sink.close()
        let request = try #require(place.server.requests.first)
        #expect(request.method == .POST && request.uri == "/")
        #expect(request.header("x-amz-target") == "AWSEvents.PutEvents")
        #expect(request.header("content-type") == "application/x-amz-json-1.1")
        #expect(request.header("authorization")?.contains("/eu-west-1/events/aws4_request") == true)
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"Entries":[{"Time":1700000000,"Source":"aws.medical-imaging","Resources":["\#(event.resource)"],"#
                + #""DetailType":"Data Store Created","Detail":"{\"number\":5}","EventBusName":"images"}]}"#)
        try await place.server.close()
    }

    @Test func theSignatureCoversWhatIsSent() async throws {
        let place = try await BusPlace()
        let sink = try await place.sink()
        _ = await sink.deliver([EventSinkSuite.event(5)])
        try await sink.close()
        let request = try #require(place.server.requests.first)
        let description = RequestDescription(
            method: "POST", rawPath: "/", rawQuery: nil,
            headers: request.headers.map { ($0.name, $0.value) }.filter {
                !["authorization", "content-length", "user-agent"].contains($0.0.lowercased())
            })
        let resigned = Signer(credential: BusPlace.credential, region: "eu-west-1", service: "events").sign(
            description, payloadHash: .of(request.body), at: SigningTime(secondsSince1970: 1_700_000_000))
        #expect(resigned.contains { $0.name == "Authorization" && $0.value == request.header("authorization") })
        try await place.server.close()
    }

    @Test func aRequestHasTenEntriesAtMostAndOneOfEachResource() async throws {
        let place = try await BusPlace()
        let sink = try await place.sink()
        // Two events of each of eleven resources.
        let events = (0..<22).map { EventSinkSuite.event(UInt128($0 + 1), resource: $0 / 2) }
        #expect(await sink.deliver(events).delivered.count == 22)
        try await sink.close()
        let sizes = place.server.requests.map { BusPlace.entries($0).count }
        #expect(sizes == [10, 10, 2] || sizes == [10, 10, 1, 1])
        for request in place.server.requests {
            let resources = BusPlace.entries(request).compactMap { $0["Resources"]?.array?.first?.string }
            #expect(Set(resources).count == resources.count)
        }
        try await place.server.close()
    }

    @Test func aRequestHas256KiBAtMost() {
        var events = (1...4).map { EventSinkSuite.event(UInt128($0), resource: $0) }
        for index in events.indices { events[index].detail = String(repeating: "x", count: 100 << 10) }
        #expect(PutEventsBatch(of: events, held: [], source: "s").events == Array(events[..<2]))
    }

    @Test func whatIsRefusedHoldsUpItsResourceOnly() async throws {
        let place = try await BusPlace()
        place.refuse([EventSinkSuite.event(2, resource: 2).detail])
        let sink = try await place.sink()
        let events = [(1, 1), (2, 2), (3, 3), (4, 2), (5, 1)].map { EventSinkSuite.event($0.0, resource: $0.1) }
        let receipt = await sink.deliver(events)
        #expect(receipt.delivered == Set([1, 3, 5].map { EventID($0) }))
        #expect(receipt.failure?.description == "EventBridge refused an entry: ThrottlingException")
        place.refuse([])
        #expect(await sink.deliver([events[1], events[3]]).delivered == [EventID(2), EventID(4)])
        #expect(place.arrivals() == [1, 3, 5, 2, 4].map { EventSinkSuite.event($0).detail })
        try await sink.close()
        try await place.server.close()
    }

    @Test(arguments: ["", "{}", #"{"Entries":[]}"#, #"{"Entries":[{"EventId":"1"},{"EventId":"2"}]}"#, "<html>"])
    func anAnswerThatDoesNotFitIsNoDelivery(body: String) async throws {
        let server = try await ScriptedServer { _, _ in .answer(200, [:], Array(body.utf8)) }
        let sink = try BusPlace.sink(on: server)
        let receipt = await sink.deliver([EventSinkSuite.event(1)])
        #expect(receipt.delivered.isEmpty && receipt.failure != nil)
        try await sink.close()
        try await server.close()
    }

    @Test func aRefusalNamesItsKindAndNothingElse() {
        let body = Array(#"{"__type":"com.amazon#AccessDeniedException","message":"secret AKID"}"#.utf8)
        let error = #expect(throws: EventSinkError.self) { try PutEventsAnswer(status: 400, body: body, count: 1) }
        #expect(error?.description == "EventBridge answered with status 400, AccessDeniedException")
    }

    @Test(arguments: [
        ("https://events.eu-west-1.amazonaws.com", "events.eu-west-1.amazonaws.com", "/"),
        ("http://127.0.0.1:80/a?b=c", "127.0.0.1", "/a"), ("http://[::1]:8080", "[::1]:8080", "/"),
    ])
    func addressesAreReadInParts(text: String, authority: String, path: String) throws {
        let endpoint = try #require(EventEndpoint(text))
        #expect(endpoint.authority == authority && endpoint.path == path)
    }

    @Test(arguments: ["", "ftp://a", "http://", "http://:80", "http://a b", "http://u:p@host/", "http://h/#f", "host"])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(EventEndpoint(text) == nil)
    }
}

/// A bus that speaks PutEvents.
private final class BusPlace: EventSinkSuite.Place {
    static let credential = Credential(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret")

    let server: ScriptedServer
    private let bus = Bus()

    private final class Bus: Sendable {
        let state = Mutex((isWorking: true, refused: Set<String>(), details: [String]()))
    }

    init() async throws {
        let bus = bus
        server = try await ScriptedServer { request, _ in
            bus.state.withLock { state in
                guard state.isWorking else { return .answer(503) }
                let answers = Self.entries(request).map { entry in
                    let detail = entry["Detail"]?.string ?? ""
                    if state.refused.contains(detail) {
                        return #"{"ErrorCode":"ThrottlingException","ErrorMessage":"m"}"#
                    }
                    state.details.append(detail)
                    return #"{"EventId":"e"}"#
                }
                let failed = answers.count { $0.contains("ErrorCode") }
                let body = #"{"FailedEntryCount":\#(failed),"Entries":[\#(answers.joined(separator: ","))]}"#
                return .answer(200, [:], Array(body.utf8))
            }
        }
    }

    static func entries(_ request: ScriptedServer.Request) -> [JSONValue] {
        (try? JSONValue(request.body))?["Entries"]?.array ?? []
    }

    func sink() async throws -> any EventSink {
        try Self.sink(on: server)
    }

    static func sink(on server: ScriptedServer) throws -> any EventSink {
        var configuration = EventBridgeConfiguration(
            endpoint: try #require(EventEndpoint("http://127.0.0.1:\(server.port)")), region: "eu-west-1",
            credential: credential, source: EventRecord.source)
        configuration.bus = "images"
        // The other tests of the process keep the cores busy.
        configuration.timeout = .seconds(100)
        return EventBridgeSink(
            name: "bus", configuration, now: { SigningTime(secondsSince1970: 1_700_000_000) })
    }

    func refuse(_ details: Set<String>) {
        bus.state.withLock { $0.refused = details }
    }

    func setWorking(_ isWorking: Bool) {
        bus.state.withLock { $0.isWorking = isWorking }
    }

    func arrivals() -> [String] {
        bus.state.withLock { $0.details }
    }
}
