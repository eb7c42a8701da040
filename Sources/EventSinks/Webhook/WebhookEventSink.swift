public import Catalog
public import Events
import NIOHTTP1
public import Signing

/// Posts each event to an address, one after the other, signed as Standard Webhooks says
/// (github.com/standard-webhooks/standard-webhooks), so that receivers can check it with that specification's libraries:
/// `webhook-id` is the event's id, `webhook-signature` covers it, `webhook-timestamp` and the body.
///
/// Any answer of 2xx is a delivery, anything else is none.
public struct WebhookEventSink: EventSink {
    /// The name that events wait for it under.
    public let name: String
    private let endpoint: EventEndpoint
    private let secret: WebhookSecret
    private let now: @Sendable () -> SigningTime
    private let poster: EventPoster

    /// A sink that waits `timeout` for an answer, in whole seconds; `now` is the time that signatures carry.
    public init(
        name: String, endpoint: EventEndpoint, secret: WebhookSecret, timeout: Duration = .seconds(15),
        now: @escaping @Sendable () -> SigningTime
    ) {
        self.name = name
        self.endpoint = endpoint
        self.secret = secret
        self.now = now
        poster = EventPoster(timeout: timeout)
    }

    /// Posts events until one is not taken.
    public func deliver(_ events: [EventRecord]) async -> EventReceipt {
        var receipt = EventReceipt(delivered: [])
        do throws(EventSinkError) {
            for event in events {
                try await post(event)
                receipt.delivered.insert(event.id)
            }
        } catch {
            receipt.failure = error
        }
        return receipt
    }

    private func post(_ event: EventRecord) async throws(EventSinkError) {
        let body = Array(event.json.utf8)
        let (id, timestamp) = (event.id.description, now().secondsSince1970)
        let answer = try await poster.post(
            body, to: endpoint,
            headers: [
                "content-type": "application/json", "webhook-id": id, "webhook-timestamp": "\(timestamp)",
                "webhook-signature": secret.signature(id: id, timestamp: timestamp, body: body),
            ])
        guard (200..<300).contains(answer.status) else {
            throw EventSinkError("the receiver answered with status \(answer.status)")
        }
    }

    /// Closes its connections.
    public func close() async throws {
        try await poster.close()
    }
}
