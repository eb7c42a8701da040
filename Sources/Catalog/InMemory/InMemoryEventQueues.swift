/// The events that wait in an in-memory catalog, for each sink in the order in which they were written.
struct InMemoryEventQueues: Sendable {
    private var queues: [String: [QueuedEvent]] = [:]
    private var lastNumber: Int64 = 0

    var sinks: Set<String> { Set(queues.keys) }

    mutating func setSinks(_ names: Set<String>) -> Int {
        let dropped = queues.filter { !names.contains($0.key) }.values.reduce(0) { $0 + $1.count }
        queues = queues.filter { names.contains($0.key) }
        for name in names where queues[name] == nil { queues[name] = [] }
        return dropped
    }

    func events(for sink: String, limit: Int) -> [QueuedEvent] {
        Array((queues[sink] ?? []).prefix(max(limit, 0)))
    }

    mutating func insert(_ event: EventRecord) {
        for sink in queues.keys { insert(event, for: sink) }
    }

    mutating func insert(_ event: EventRecord, for sink: String) {
        guard queues[sink] != nil else { return }
        lastNumber += 1
        queues[sink]?.append(QueuedEvent(number: EventNumber(rawValue: lastNumber), event: event))
    }

    mutating func remove(_ numbers: Set<EventNumber>) {
        for sink in queues.keys { queues[sink]?.removeAll { numbers.contains($0.number) } }
    }
}
