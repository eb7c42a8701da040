/// The decoded query of a request, in order, repeats kept.
public struct Query: Sendable, Hashable {
    /// Names and values, percent-decoded, `+` read as a space.
    public var items: [(name: String, value: String)] {
        zip(names, values).map { ($0, $1) }
    }
    private var names: [String] = []
    private var values: [String] = []

    /// Parses the part after `?`; at most 1,000 items.
    public init(_ raw: String) throws(ExchangeError) {
        guard !raw.isEmpty else { return }
        for item in raw.split(separator: "&", omittingEmptySubsequences: true) {
            guard names.count < 1_000 else {
                throw ExchangeError(.malformed, "the query has more than 1,000 parameters")
            }
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            names.append(try PercentEncoding.decode(parts[0], plusIsSpace: true))
            values.append(parts.count > 1 ? try PercentEncoding.decode(parts[1], plusIsSpace: true) : "")
        }
    }

    /// The first value of a name.
    public func first(_ name: String) -> String? {
        names.firstIndex(of: name).map { values[$0] }
    }

    /// All values of a name.
    public func all(_ name: String) -> [String] {
        zip(names, values).filter { $0.0 == name }.map(\.1)
    }
}
