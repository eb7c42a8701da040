import Catalog
import DICOM
import Events

/// The events of one PutEvents request: at most ten, of 256 KiB together, and no two of one resource, so that an entry
/// that is refused is not overtaken by a later one of its resource.
struct PutEventsBatch {
    private static let entriesMax = 10
    private static let bytesMax = 256 << 10

    /// In the order of the entries.
    private(set) var events: [EventRecord] = []
    private var byteCount = 0

    /// Takes the oldest of `waiting` that go together; those of the resources `held` stay.
    init(of waiting: [EventRecord], held: Set<String>, source: String) {
        var seen = held
        for event in waiting where seen.insert(event.resource).inserted {
            let bytes = Self.byteCount(of: event, source: source)
            guard events.count < Self.entriesMax, events.isEmpty || byteCount + bytes <= Self.bytesMax else { return }
            events.append(event)
            byteCount += bytes
        }
    }

    /// What EventBridge counts: 14 for the time, and the bytes of source, detail type, detail and resources.
    private static func byteCount(of event: EventRecord, source: String) -> Int {
        14 + source.utf8.count + event.detailType.utf8.count + event.detail.utf8.count + event.resource.utf8.count
    }

    /// The body of the request.
    func body(bus: String, source: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.array("Entries") { json in
            for event in events {
                json.beginObject()
                json.member("Time", event.secondsSince1970)
                json.member("Source", source)
                json.array("Resources") { $0.string(event.resource) }
                json.member("DetailType", event.detailType)
                json.member("Detail", event.detail)
                json.member("EventBusName", bus)
                json.endObject()
            }
        }
        json.endObject()
        return json.bytes
    }
}
