public import Signing

/// Which event bus events are put on, and by whom.
public struct EventBridgeConfiguration: Sendable {
    /// The service.
    public var endpoint: EventEndpoint
    /// The region that requests are signed for.
    public var region: String
    /// Whose requests these are; `events:PutEvents` must be allowed to it.
    public var credential: Credential
    /// The bus's name or ARN.
    public var bus = "default"
    /// The source that events name. AWS itself keeps sources that begin with `aws.` to its own services.
    public var source: String
    /// How long an answer may take, in whole seconds.
    public var timeout = Duration.seconds(15)

    /// Gathers what has no default.
    public init(endpoint: EventEndpoint, region: String, credential: Credential, source: String) {
        self.endpoint = endpoint
        self.region = region
        self.credential = credential
        self.source = source
    }

    /// AWS's own service in a region; nil when that is no region's name.
    public static func awsEndpoint(region: String) -> EventEndpoint? {
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return EventEndpoint("https://events.\(region).\(domain)")
    }
}
