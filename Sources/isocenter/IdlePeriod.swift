/// How long an image set is left alone before it is archived: `30d`, `12h`, `90m`, `45s`, or `never`.
struct IdlePeriod: Codable, Sendable {
    /// The period; nil for never.
    let duration: Duration?

    /// Reads a number of days, hours, minutes or seconds.
    init(_ text: String) throws {
        if text == "never" {
            duration = nil
            return
        }
        let seconds: [Character: Int] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]
        guard let unit = text.last.flatMap({ seconds[$0] }), let count = Int(text.dropLast()), (1...100_000) ~= count
        else { throw SettingsError("archiveAfter must be like 30d, 12h, 90m, 45s, or never: \(text)") }
        duration = .seconds(count * unit)
    }

    init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(duration.map { "\($0.components.seconds)s" } ?? "never")
    }
}
