/// The type of a member of the service model with its constraints, as far as requests carry it.
///
/// The botocore model is the oracle: `ServiceModelTests` compares every shape of every operation with it.
public indirect enum Shape: Sendable {
    /// Text; `isSensitive` values are never repeated in an error message.
    case string(pattern: Pattern? = nil, length: ClosedRange<Int>? = nil, isSensitive: Bool = false)
    /// Bytes, in base64.
    case blob(length: ClosedRange<Int>?, isSensitive: Bool = false)
    /// One of these texts.
    case enumeration([String])
    /// A whole number.
    case integer(range: ClosedRange<Int>?)
    /// True or false.
    case boolean
    /// Epoch seconds with fraction, or ISO 8601 text.
    case timestamp
    /// Values of one type in order.
    case list(Shape, count: ClosedRange<Int>? = nil)
    /// Text keys to values of one type.
    case map(key: Shape, value: Shape)
    /// Named members; of a union exactly one is given.
    case structure([Member], isUnion: Bool = false)
}

/// One member of a structure, or of an operation's input.
public struct Member: Sendable {
    /// Where in the request a member stands.
    public enum Location: String, Sendable {
        case path = "uri", query = "querystring", body, payload
    }

    /// The model's name, which error messages use.
    public let name: String
    /// The name on the wire: of the path label or query parameter, or in the JSON body.
    public let wireName: String
    /// Where it stands in the request.
    public let location: Location
    /// Its type and constraints.
    public let shape: Shape
    /// Whether a request without it is refused.
    public let isRequired: Bool
    /// Whether it stands in the body, or is the body.
    var isInBody: Bool { location == .body || location == .payload }

    /// A member; `wireName` is given where it differs from the model's name.
    public init(
        _ name: String, _ shape: Shape, in location: Location = .body, wireName: String? = nil,
        isRequired: Bool = false
    ) {
        self.name = name
        self.wireName = wireName ?? name
        self.location = location
        self.shape = shape
        self.isRequired = isRequired
    }
}
