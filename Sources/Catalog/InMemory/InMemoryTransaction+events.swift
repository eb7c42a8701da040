extension InMemoryTransaction {
    func eventSinks() -> Set<String> {
        state.events.sinks
    }

    func setEventSinks(_ names: Set<String>) -> Int {
        state.events.setSinks(names)
    }

    func events(for sink: String, limit: Int) -> [QueuedEvent] {
        state.events.events(for: sink, limit: limit)
    }

    func insert(_ event: EventRecord) {
        state.events.insert(event)
    }

    func removeEvents(_ numbers: Set<EventNumber>) {
        state.events.remove(numbers)
    }
}
