/// What a derived signing key is good for: one day, one region, one service.
public struct CredentialScope: Hashable, Sendable {
    /// The day, `YYYYMMDD`.
    public var date: String
    /// The region, such as `us-east-1`.
    public var region: String
    /// The signing name of the service, such as `medical-imaging`.
    public var service: String

    /// The word that closes every scope of this signature version.
    public static let terminator = "aws4_request"

    /// A scope of its three parts.
    public init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
    }

    /// The scope as it is signed: `20150830/us-east-1/medical-imaging/aws4_request`.
    public var text: String { "\(date)/\(region)/\(service)/\(Self.terminator)" }
}
