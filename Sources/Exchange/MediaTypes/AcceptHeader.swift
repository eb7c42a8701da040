/// What a client accepts, best first (RFC 9110 12.5.1): by q value, then by its own order.
///
/// Read leniently: members that are no media ranges are dropped, as comma-joined headers of real viewers hold some
/// (quirks Q1–Q3); a missing or empty header, and one without any media range, accepts everything. A member that
/// repeats `transfer-syntax` stands for one member of each, in order (quirk Q2).
public struct AcceptHeader: Sendable, Hashable {
    /// The acceptable ranges, best first; q = 0 is left out. Empty when the client refuses all it names.
    public var ranges: [MediaType]

    /// Reads the header's text; `query` (the `accept` query parameter of PS3.18 8.3.3.1) overrides it.
    public init(_ header: String?, query: [String] = []) {
        let text = query.isEmpty ? header ?? "" : query.joined(separator: ",").restoringPlus()
        var ranked: [(range: MediaType, quality: Double, order: Int)] = []
        var isEmpty = true
        for member in QuotedText.split(text, at: ",").prefix(Self.memberLimit) {
            guard var range = MediaType(parsing: member) else { continue }
            isEmpty = false
            let quality = range.parameters.removeValue(forKey: "q").map { Double($0) ?? 1 } ?? 1
            guard quality > 0 else { continue }
            let syntaxes = MediaType.values(of: "transfer-syntax", in: member).prefix(Self.memberLimit)
            for syntax in syntaxes.isEmpty ? [nil] : syntaxes.map(Optional.some) {
                range.parameters["transfer-syntax"] = syntax
                ranked.append((range, quality, ranked.count))
            }
        }
        ranked.sort { ($0.quality, $1.order) > ($1.quality, $0.order) }
        ranges = isEmpty ? [MediaType("*/*")] : ranked.map(\.range)
    }

    /// More than any client sends.
    private static let memberLimit = 100

    /// Whether any range covers an essence.
    public func accepts(_ essence: String) -> Bool {
        ranges.contains { $0.covers(essence) }
    }
}

extension String {
    /// `application/dicom+json` in a query arrives with its `+` read as a space; a media type holds no other spaces but
    /// around separators, so a space between two letters was a plus.
    fileprivate func restoringPlus() -> String {
        let characters = Array(self)
        return String(
            characters.indices.map { index in
                let isInside =
                    index > 0 && index + 1 < characters.count && characters[index - 1].isLetter
                    && characters[index + 1].isLetter
                return characters[index] == " " && isInside ? "+" : characters[index]
            })
    }
}
