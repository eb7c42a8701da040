public import Events
public import Logging
public import ServiceLifecycle
public import Store

/// Delivers the events of a store to its sinks while the server runs, each sink at its own pace: one that is down holds
/// up neither the store nor another sink, and loses nothing.
public struct EventDelivery: Service {
    private let store: Store
    private let sinks: [any EventSink]
    private let sleep: @Sendable (Duration) async throws -> Void
    private let random: @Sendable () -> Double
    private let logger: Logger

    /// Events of changes that come one after the other are delivered together after so long; it bounds what removing
    /// them costs the catalogs.
    private static let gathering = Duration.milliseconds(100)
    /// How often is looked for events that other processes wrote.
    private static let lookAgainAfter = Duration.seconds(10)

    /// A delivery to sinks that the store keeps events for (``Store/setEventSinks(_:)``); `random` is in 0..<1.
    public init(
        store: Store, sinks: [any EventSink], logger: Logger,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.store = store
        self.sinks = sinks
        self.sleep = sleep
        self.random = random
        self.logger = logger
    }

    /// Runs until shut down. What is cut off is delivered again at the next start.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for sink in sinks {
                    group.addTask { await deliver(to: sink) }
                }
                group.addTask {
                    while (try? await sleep(Self.lookAgainAfter)) != nil { store.eventBell.ring() }
                }
            }
        }
    }

    /// Ends with its task only.
    private func deliver(to sink: any EventSink) async {
        var arrivals = store.eventBell.listen().makeAsyncIterator()
        var pause = DeliveryPause()
        while !Task.isCancelled {
            let round = await store.deliverEvents(to: sink)
            if Task.isCancelled { return }
            if round.delivered > 0 || round.failure == nil {
                if pause.failures > 0 {
                    logger.notice("events are delivered again", metadata: ["sink": "\(sink.name)"])
                }
                pause.succeeded()
            }
            do {
                if let failure = round.failure {
                    let wait = pause.failed(random: random())
                    logger.warning(
                        "events could not be delivered; it is tried again",
                        metadata: ["sink": "\(sink.name)", "error": "\(failure)", "after": "\(wait)"])
                    try await sleep(wait)
                } else {
                    guard await arrivals.next() != nil else { return }
                    try await sleep(Self.gathering)
                }
            } catch {
                return
            }
        }
    }
}
