public import Catalog
public import Events
import NIOHTTP1
public import Signing

/// Puts events on a bus of EventBridge, or of what speaks its protocol (PutEvents).
///
/// EventBridge gives events ids of its own; one that is delivered again there has another.
public struct EventBridgeSink: EventSink {
    /// The name that events wait for it under.
    public let name: String
    private let configuration: EventBridgeConfiguration
    private let now: @Sendable () -> SigningTime
    private let poster: EventPoster

    /// A sink on a bus; `now` is the time that signatures carry.
    public init(
        name: String, _ configuration: EventBridgeConfiguration, now: @escaping @Sendable () -> SigningTime
    ) {
        self.name = name
        self.configuration = configuration
        self.now = now
        poster = EventPoster(timeout: configuration.timeout)
    }

    /// Puts events, up to ten in a request. Later events of a resource wait while an entry of it is refused; the others
    /// go on.
    public func deliver(_ events: [EventRecord]) async -> EventReceipt {
        var receipt = EventReceipt(delivered: [])
        var waiting = events
        var held: Set<String> = []
        while true {
            let batch = PutEventsBatch(of: waiting, held: held, source: configuration.source)
            guard !batch.events.isEmpty else { return receipt }
            do throws(EventSinkError) {
                for (event, refusal) in zip(batch.events, try await put(batch).refusals) {
                    if let refusal {
                        held.insert(event.resource)
                        receipt.failure = EventSinkError("EventBridge refused an entry: \(refusal)")
                    } else {
                        receipt.delivered.insert(event.id)
                    }
                }
            } catch {
                receipt.failure = error
                return receipt
            }
            waiting.removeAll { receipt.delivered.contains($0.id) }
        }
    }

    private func put(_ batch: PutEventsBatch) async throws(EventSinkError) -> PutEventsAnswer {
        let endpoint = configuration.endpoint
        let body = batch.body(bus: configuration.bus, source: configuration.source)
        var headers: HTTPHeaders = [
            "host": endpoint.authority, "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "AWSEvents.PutEvents",
        ]
        let signer = Signer(credential: configuration.credential, region: configuration.region, service: "events")
        let signed = signer.sign(
            RequestDescription(
                method: "POST", rawPath: endpoint.path, rawQuery: endpoint.query,
                headers: headers.map { ($0.name, $0.value) }),
            payloadHash: .of(body), at: now())
        for field in signed { headers.replaceOrAdd(name: field.name, value: field.value) }
        let answer = try await poster.post(body, to: endpoint, headers: headers)
        return try PutEventsAnswer(status: answer.status, body: answer.body, count: batch.events.count)
    }

    /// Closes its connections.
    public func close() async throws {
        try await poster.close()
    }
}
