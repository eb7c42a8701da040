import Catalog
import Foundation
import GRDB
import ImageSets

extension SQLiteTransaction {
    private static let eventList = "id, time, account, region, resource, detail_type, detail"

    func eventSinks() throws -> Set<String> {
        Set(try rows("SELECT name FROM event_sink") { $0.text() })
    }

    func setEventSinks(_ names: Set<String>) throws -> Int {
        var dropped = 0
        let known = try eventSinks()
        for name in known.subtracting(names) {
            dropped += try execute("DELETE FROM event WHERE sink = ?", [name])
            try execute("DELETE FROM event_sink WHERE name = ?", [name])
        }
        for name in names.subtracting(known) { try execute("INSERT INTO event_sink (name) VALUES (?)", [name]) }
        return dropped
    }

    func events(for sink: String, limit: Int) throws -> [QueuedEvent] {
        try rows(
            "SELECT number, \(Self.eventList) FROM event WHERE sink = ? ORDER BY number LIMIT ?", [sink, max(limit, 0)]
        ) { reader in
            QueuedEvent(number: EventNumber(rawValue: reader.number()), event: try reader.event())
        }
    }

    func insert(_ event: EventRecord) throws {
        try execute(
            """
            INSERT INTO event (sink, \(Self.eventList))
            SELECT name, ?, ?, ?, ?, ?, ?, ? FROM event_sink ORDER BY name
            """, event.values)
    }

    func insert(_ event: EventRecord, forSink sink: String) throws {
        try execute(
            """
            INSERT INTO event (sink, \(Self.eventList))
            SELECT name, ?, ?, ?, ?, ?, ?, ? FROM event_sink WHERE name = ?
            """, event.values + [sink])
    }

    func removeEvents(_ numbers: Set<EventNumber>) throws {
        for number in numbers { try execute("DELETE FROM event WHERE number = ?", [number.rawValue]) }
    }
}

extension EventRecord {
    fileprivate var values: [SQLValue] {
        [id.blob, time.milliseconds, account, region, resource, detailType, detail]
    }
}

extension EventID {
    /// The identifier as stored: 16 bytes, most significant first.
    fileprivate var blob: Data {
        withUnsafeBytes(of: value.bigEndian) { Data($0) }
    }
}

extension ColumnReader {
    fileprivate mutating func event() throws -> EventRecord {
        let id = bytes()
        guard id.count == 16 else { throw CatalogError(.engine, "an identifier does not have 16 bytes") }
        return EventRecord(
            id: EventID(id.reduce(0) { $0 << 8 | UInt128($1) }), time: timestamp(), account: text(), region: text(),
            resource: text(), detailType: text(), detail: text())
    }
}
