public import DICOM

/// What changed between two metadata documents, attribute by attribute, for people to read.
public struct MetadataDifference: Sendable, Equatable {
    /// One attribute, or one whole instance, that differs.
    public struct Entry: Sendable, Equatable {
        /// `Patient`, `Study`, `Series` or `Instance` with its SOP Instance UID.
        public var place: String
        /// The attribute's keyword or tag; nil when the place itself came or went.
        public var name: String?
        /// What the older document has.
        public var old: JSONValue?
        /// What the newer document has.
        public var new: JSONValue?
    }

    /// What differs, from the patient down to the instances.
    public private(set) var entries: [Entry] = []

    /// Compares two documents. An image set has one series, so that series are compared also when the UID changed.
    public init(from old: JSONValue, to new: JSONValue) {
        compare(old["Patient"], new["Patient"], "Patient")
        compare(old["Study"], new["Study"], "Study")
        let (oldSeries, newSeries) = (Self.onlySeries(old), Self.onlySeries(new))
        compare(oldSeries, newSeries, "Series")
        let (before, after) = (oldSeries?["Instances"]?.object, newSeries?["Instances"]?.object)
        let known = Self.index(before)
        for member in before?.members ?? [] where after?[member.name] == nil {
            entries.append(Entry(place: "Instance \(member.name)", old: .boolean(true)))
        }
        for member in after?.members ?? [] {
            if let older = known[member.name] {
                compare(older, member.value, "Instance \(member.name)")
            } else {
                entries.append(Entry(place: "Instance \(member.name)", new: .boolean(true)))
            }
        }
    }

    private static func onlySeries(_ document: JSONValue) -> JSONValue? {
        document["Study"]?["Series"]?.object?.members.first?.value
    }

    private static func index(_ object: JSONObject?) -> [String: JSONValue] {
        Dictionary((object?.members ?? []).map { ($0.name, $0.value) }) { first, _ in first }
    }

    private mutating func compare(_ old: JSONValue?, _ new: JSONValue?, _ place: String) {
        let (before, after) = (Self.index(old?["DICOM"]?.object), Self.index(new?["DICOM"]?.object))
        for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
            entries.append(Entry(place: place, name: name, old: before[name], new: after[name]))
        }
    }

    /// Lines such as `~ PatientName: "A" -> "B"` below a line for each place; empty when nothing differs.
    public var text: String {
        var lines: [String] = []
        var place = ""
        for entry in entries {
            guard let name = entry.name else {
                lines.append("\(entry.old == nil ? "+" : "-") \(entry.place)")
                place = ""
                continue
            }
            if entry.place != place { lines.append(entry.place) }
            place = entry.place
            switch (entry.old, entry.new) {
            case (let old?, let new?): lines.append("  ~ \(name): \(Self.text(old)) -> \(Self.text(new))")
            case (nil, let new?): lines.append("  + \(name): \(Self.text(new))")
            case (let old?, nil): lines.append("  - \(name): \(Self.text(old))")
            case (nil, nil): break
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func text(_ value: JSONValue) -> String {
        var json = JSONWriter()
        json.value(value)
        let text = String(decoding: json.bytes, as: UTF8.self)
        return text.count > 200 ? text.prefix(200) + "…" : text
    }
}
