/// Where a sink listens: an http or https address, in the parts that a request and its signature need.
public struct EventEndpoint: Sendable, Hashable {
    /// The whole address. It may hold a secret, so it is in no log.
    let url: String
    /// Host and port, as in a Host field.
    let authority: String
    /// The path, encoded; at least `/`.
    let path: String
    /// The query, encoded, without its question mark.
    let query: String?

    /// Reads an address; nil for other schemes, one without host, with user information, a fragment, or characters that
    /// an address does not have (RFC 3986).
    public init?(_ text: String) {
        guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#""<>\^`{|}@#"#.utf8.contains($0) })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.hasPrefix(":"), !authority.hasSuffix(":") else { return nil }
        let target = rest.dropFirst(authority.count)
        let path = target.prefix { $0 != "?" }
        let query = target.dropFirst(path.count).dropFirst()
        let ownPort = scheme == "https://" ? ":443" : ":80"
        self.authority = String(authority.hasSuffix(ownPort) ? authority.dropLast(ownPort.count) : authority)
        self.path = path.isEmpty ? "/" : String(path)
        self.query = query.isEmpty ? nil : String(query)
        url = scheme + self.authority + self.path + (self.query.map { "?" + $0 } ?? "")
    }
}
