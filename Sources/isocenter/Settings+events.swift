import Catalog
import EventSinks
import Events
import S3
import Signing
import Store

/// One place that events go to: exactly one of its members is set.
struct EventSinkSettings: Codable, Sendable {
    /// A file, one event a line.
    var file: String?
    var webhook: Webhook?
    var eventBridge: EventBridge?

    struct Webhook: Codable, Sendable {
        var url: String?
        /// As Standard Webhooks writes it: `whsec_…`.
        var secret: String?
        /// Seconds.
        var timeout: Int?
    }

    struct EventBridge: Codable, Sendable {
        /// AWS's own when absent.
        var endpoint: String?
        var region: String?
        var bus: String?
        var source: String?
        var accessKeyId: String?
        var secretAccessKey: String?
        var sessionToken: String?
        /// Seconds.
        var timeout: Int?
    }
}

extension Settings {
    /// `ISOCENTER_EVENTS_FILE`, `ISOCENTER_EVENTS_WEBHOOK_…` and `ISOCENTER_EVENTS_EVENTBRIDGE_…` set the sinks named
    /// `file`, `webhook` and `eventBridge`.
    mutating func overlayEvents(_ environment: [String: String]) throws {
        func text(_ name: String) -> String? { environment["ISOCENTER_EVENTS_" + name] }
        func seconds(_ name: String) throws -> Int? {
            try text(name).map { text in
                guard let number = Int(text) else {
                    throw SettingsError("ISOCENTER_EVENTS_\(name) is not a number of seconds: \(text)")
                }
                return number
            }
        }
        var sinks = events ?? [:]
        if let file = text("FILE") { sinks["file"] = EventSinkSettings(file: file) }
        if environment.keys.contains(where: { $0.hasPrefix("ISOCENTER_EVENTS_WEBHOOK_") }) {
            var webhook = sinks["webhook"]?.webhook ?? EventSinkSettings.Webhook()
            webhook.url = text("WEBHOOK_URL") ?? webhook.url
            webhook.secret = text("WEBHOOK_SECRET") ?? webhook.secret
            webhook.timeout = try seconds("WEBHOOK_TIMEOUT") ?? webhook.timeout
            sinks["webhook"] = EventSinkSettings(webhook: webhook)
        }
        if environment.keys.contains(where: { $0.hasPrefix("ISOCENTER_EVENTS_EVENTBRIDGE_") }) {
            var bridge = sinks["eventBridge"]?.eventBridge ?? EventSinkSettings.EventBridge()
            bridge.endpoint = text("EVENTBRIDGE_ENDPOINT") ?? bridge.endpoint
            bridge.region = text("EVENTBRIDGE_REGION") ?? bridge.region
            bridge.bus = text("EVENTBRIDGE_BUS") ?? bridge.bus
            bridge.source = text("EVENTBRIDGE_SOURCE") ?? bridge.source
            bridge.accessKeyId = text("EVENTBRIDGE_ACCESS_KEY_ID") ?? bridge.accessKeyId
            bridge.secretAccessKey = text("EVENTBRIDGE_SECRET_ACCESS_KEY") ?? bridge.secretAccessKey
            bridge.sessionToken = text("EVENTBRIDGE_SESSION_TOKEN") ?? bridge.sessionToken
            bridge.timeout = try seconds("EVENTBRIDGE_TIMEOUT") ?? bridge.timeout
            sinks["eventBridge"] = EventSinkSettings(eventBridge: bridge)
        }
        events = sinks.isEmpty ? nil : sinks
    }

    /// The sinks as configured, checked; files are opened.
    func eventSinks() throws -> [any EventSink] {
        // Whatever can be wrong is found before the first sink has connections that want closing.
        let plans = try (events ?? [:]).sorted { $0.key < $1.key }.map { try EventSinkPlan($0.key, $0.value, self) }
        let files = plans.compactMap(\.filePath)
        guard Set(files).count == files.count else { throw SettingsError("two sinks of events write to one file") }
        return try plans.sorted { $0.filePath != nil && $1.filePath == nil }.map { try $0.sink() }
    }
}

/// One sink, checked and not made yet.
private struct EventSinkPlan {
    private enum Kind {
        case file(String)
        case webhook(EventEndpoint, WebhookSecret, timeout: Duration)
        case eventBridge(EventBridgeConfiguration)
    }

    private let name: String
    private let kind: Kind

    var filePath: String? { if case .file(let path) = kind { path } else { nil } }

    init(_ name: String, _ settings: EventSinkSettings, _ all: Settings) throws {
        guard (1...64).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw SettingsError("the name of a sink of events has 1 to 64 visible ASCII characters: \(name)") }
        self.name = name
        switch (settings.file, settings.webhook, settings.eventBridge) {
        case (let path?, nil, nil): kind = .file(Settings.absolute(path))
        case (nil, let webhook?, nil): kind = try Self.webhook(webhook, "events.\(name).webhook")
        case (nil, nil, let bridge?): kind = try Self.eventBridge(bridge, "events.\(name).eventBridge", all)
        default: throw SettingsError("events.\(name) must have one of file, webhook and eventBridge")
        }
    }

    private static func webhook(_ settings: EventSinkSettings.Webhook, _ place: String) throws -> Kind {
        guard let endpoint = settings.url.flatMap({ EventEndpoint($0) }) else {
            throw SettingsError("\(place).url must be an http or https address")
        }
        guard let secret = settings.secret.flatMap({ WebhookSecret($0) }) else {
            throw SettingsError("\(place).secret must be whsec_ and 24 to 64 random bytes in base64")
        }
        return .webhook(endpoint, secret, timeout: try timeout(settings.timeout, place))
    }

    private static func eventBridge(
        _ settings: EventSinkSettings.EventBridge, _ place: String, _ all: Settings
    ) throws -> Kind {
        guard let id = settings.accessKeyId, let secret = settings.secretAccessKey else {
            throw SettingsError("\(place) needs accessKeyId and secretAccessKey")
        }
        let region = settings.region ?? all.store().region
        let address =
            settings.endpoint.map { EventEndpoint($0) } ?? EventBridgeConfiguration.awsEndpoint(region: region)
        guard let address else {
            throw SettingsError("\(place).endpoint must be an http or https address, region the name of a region")
        }
        var configuration = EventBridgeConfiguration(
            endpoint: address, region: region,
            credential: Credential(accessKeyID: id, secretAccessKey: secret, sessionToken: settings.sessionToken),
            source: settings.source ?? EventRecord.source)
        configuration.bus = settings.bus ?? configuration.bus
        configuration.timeout = try timeout(settings.timeout, place)
        return .eventBridge(configuration)
    }

    private static func timeout(_ seconds: Int?, _ place: String) throws -> Duration {
        let seconds = seconds ?? 15
        guard (1...300).contains(seconds) else { throw SettingsError("\(place).timeout must be 1 to 300 seconds") }
        return .seconds(seconds)
    }

    func sink() throws -> any EventSink {
        let now = S3Environment.system.now
        switch kind {
        case .file(let path):
            do {
                return try FileEventSink(name: name, path: path)
            } catch {
                throw SettingsError("events.\(name): \(path): \(error)")
            }
        case .webhook(let endpoint, let secret, let timeout):
            return WebhookEventSink(name: name, endpoint: endpoint, secret: secret, timeout: timeout, now: now)
        case .eventBridge(let configuration):
            return EventBridgeSink(name: name, configuration, now: now)
        }
    }
}
