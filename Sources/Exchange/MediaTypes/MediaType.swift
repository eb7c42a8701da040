/// A media type with its parameters (RFC 9110 8.3.1), read leniently as real clients need it: quoted and unquoted
/// values, repeated parameters (the first counts), spaces or none.
public struct MediaType: Sendable, Hashable {
    /// `type/subtype` in lower case; either may be `*`.
    public var essence: String
    /// Parameter names in lower case, values unquoted.
    public var parameters: [String: String]

    /// A media type from its parts; `essence` in lower case.
    public init(_ essence: String, parameters: [String: String] = [:]) {
        self.essence = essence
        self.parameters = parameters
    }

    /// Reads one media type; nil when there is no `type/subtype`. A lone `*` (as some clients send) is `*/*`.
    public init?(parsing text: some StringProtocol) {
        let parts = QuotedText.split(text, at: ";")
        guard let first = parts.first else { return nil }
        let essence = first == "*" ? "*/*" : first.lowercased()
        let halves = essence.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else { return nil }
        self.essence = essence
        self.parameters = [:]
        for parameter in parts.dropFirst().compactMap(Self.parameter) where parameters[parameter.name] == nil {
            parameters[parameter.name] = parameter.value
        }
    }

    /// Every value of a parameter in a media type's text, in order.
    static func values(of name: String, in text: some StringProtocol) -> [String] {
        QuotedText.split(text, at: ";").dropFirst().compactMap(parameter).filter { $0.name == name }.map(\.value)
    }

    private static func parameter(_ text: String) -> (name: String, value: String)? {
        let pair = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard pair.count == 2 else { return nil }
        return (QuotedText.trim(pair[0]).lowercased(), QuotedText.unquote(QuotedText.trim(pair[1])))
    }

    /// Whether this range (with `*`) covers a concrete essence.
    public func covers(_ essence: String) -> Bool {
        if self.essence == "*/*" || self.essence == essence { return true }
        guard self.essence.hasSuffix("/*") else { return false }
        return essence.hasPrefix(self.essence.dropLast())
    }
}
