import Foundation
import Logging

/// Structured logs: one JSON object a line on standard error. Nothing that is logged holds values of data sets.
enum Log {
    static func start(level: String?) throws -> Logger {
        guard let level = Logger.Level(rawValue: level ?? "notice") else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsError("logLevel must be one of \(levels)")
        }
        LoggingSystem.bootstrap { label in JSONLogHandler(label: label, logLevel: level) }
        return Logger(label: "isocenter")
    }
}

/// Writes each record as one JSON line.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(label: String, logLevel: Logger.Level) {
        self.label = label
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var record = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues { "\($0)" }
        record["time"] = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        record["level"] = event.level.rawValue
        record["message"] = "\(event.message)"
        record["logger"] = label
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var line = try? encoder.encode(record) else { return }
        line.append(UInt8(ascii: "\n"))
        // A full disk under the log, or a reader that has gone, must not end the server: `write(_:)` would trap.
        try? FileHandle.standardError.write(contentsOf: line)
    }
}
