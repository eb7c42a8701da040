import DICOM

/// Makes the JSON documents of an update from `keyword=value` pairs, as the command line takes them.
public struct ChangeText: Sendable {
    private var levels: [AttributeLevel: [(name: String, value: JSONValue)]] = [:]
    private var bareInstances: [String] = []
    private let seriesInstanceUID: String
    private let instance: String?

    /// Attributes of the instance level go to `instance`.
    public init(seriesInstanceUID: String, instance: String?) {
        self.seriesInstanceUID = seriesInstanceUID
        self.instance = instance
    }

    /// Whether nothing was put in.
    public var isEmpty: Bool {
        levels.isEmpty && bareInstances.isEmpty
    }

    /// Adds an attribute. A value that is a JSON list or object stands for itself, as does a number where the attribute is
    /// binary; everything else is text.
    public mutating func set(_ name: String, to text: String) throws(ChangeRefusal) {
        let tag = try AttributeRules.tag(named: name)
        let level = tag.isPrivate ? .instance : AttributeLevel(tag)
        guard level != .instance || instance != nil else {
            throw ChangeRefusal("\(name) belongs to the Instance level: name an instance")
        }
        let json = try? JSONValue(text.utf8)
        let isNumber = DataDictionary.entry(for: tag).map { $0.vr.isNumericBinary } ?? false
        let value: JSONValue =
            switch json {
            case .array?, .object?: json ?? .null
            case .number? where isNumber: json ?? .null
            default: .string(text)
            }
        levels[level, default: []].append((name, value))
    }

    /// Adds an attribute to remove.
    public mutating func remove(_ name: String) throws(ChangeRefusal) {
        try set(name, to: "")
    }

    /// Names an instance without attributes: as a whole.
    public mutating func nameInstance(_ sopInstanceUID: String) {
        bareInstances.append(sopInstanceUID)
    }

    /// `copiableAttributes` that name some instances.
    public static func selection(_ instances: [String], seriesInstanceUID: String) -> String {
        var text = ChangeText(seriesInstanceUID: seriesInstanceUID, instance: nil)
        for uid in instances { text.nameInstance(uid) }
        return String(decoding: text.bytes, as: UTF8.self)
    }

    /// The document.
    public var bytes: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("SchemaVersion", "1.1")
        json.object("Patient") { write(.patient, to: &$0) }
        json.object("Study") { json in
            write(.study, to: &json)
            guard levels[.series] != nil || levels[.instance] != nil || !bareInstances.isEmpty else { return }
            json.object("Series") { json in
                json.object(seriesInstanceUID) { json in
                    write(.series, to: &json)
                    json.object("Instances") { writeInstances(to: &$0) }
                }
            }
        }
        json.endObject()
        return json.bytes
    }

    private func writeInstances(to json: inout JSONWriter) {
        if let instance, levels[.instance] != nil { json.object(instance) { write(.instance, to: &$0) } }
        for uid in bareInstances { json.object(uid) { _ in } }
    }

    private func write(_ level: AttributeLevel, to json: inout JSONWriter) {
        json.object("DICOM") { json in
            for (name, value) in levels[level] ?? [] {
                json.name(name)
                json.value(value)
            }
        }
    }
}
