/// The third line of the canonical request: parameters encoded, then sorted by name and value as bytes.
struct CanonicalQuery {
    /// How the text of a query becomes its canonical parameters.
    enum Reading {
        /// Decoded and encoded afresh, as the standard demands; `+` is a space, as the router reads it.
        case encoded
        /// As sent, sorted: botocore signs the query of a URL that its caller wrote so.
        case asSent
    }

    /// No request of this service has more; a query that does is not worth sorting.
    static let maximumParameters = 1_000

    /// Names and values of all parameters, one after another.
    private var text: [UInt8] = []
    private var parameters: [(name: Range<Int>, value: Range<Int>)] = []

    /// The parameters of a query but for those of the names `excluded`, in order. Empty ones (`a=1&&b=2`) are dropped.
    init(_ rawQuery: String, reading: Reading = .encoded, without excluded: [StaticString] = []) {
        let bytes = Array(rawQuery.utf8)
        text.reserveCapacity(bytes.count * 2)
        for parameter in bytes.split(separator: UInt8(ascii: "&")) {
            let name = parameter.prefix { $0 != UInt8(ascii: "=") }
            if excluded.contains(where: { $0.withUTF8Buffer { name.elementsEqual($0) } }) { continue }
            append(name: name, value: parameter.dropFirst(name.count + 1), reading: reading)
        }
    }

    /// Whether a query has more parameters than this module looks at.
    static func isTooLong(_ rawQuery: String) -> Bool {
        rawQuery.utf8.count { $0 == UInt8(ascii: "&") } >= maximumParameters
    }

    /// Adds a parameter that is not encoded yet.
    mutating func append(name: String, value: String) {
        let start = text.count
        for byte in name.utf8 {
            PercentEncoding.append(byte, to: &text)
        }
        let middle = text.count
        for byte in value.utf8 {
            PercentEncoding.append(byte, to: &text)
        }
        parameters.append((start..<middle, middle..<text.count))
    }

    /// `a=1&b=2`, sorted.
    var bytes: [UInt8] {
        let sorted = parameters.sorted { left, right in
            if text[left.name].elementsEqual(text[right.name]) {
                return text[left.value].lexicographicallyPrecedes(text[right.value])
            }
            return text[left.name].lexicographicallyPrecedes(text[right.name])
        }
        var result: [UInt8] = []
        result.reserveCapacity(text.count + 2 * sorted.count)
        for parameter in sorted {
            if !result.isEmpty {
                result.append(UInt8(ascii: "&"))
            }
            result += text[parameter.name]
            result.append(UInt8(ascii: "="))
            result += text[parameter.value]
        }
        return result
    }

    /// The canonical query by the standard, without the parameters that the signature does not cover.
    static func usual(_ rawQuery: String?, without excluded: [StaticString] = []) -> [UInt8] {
        guard let rawQuery, !rawQuery.isEmpty else { return [] }
        return CanonicalQuery(rawQuery, without: excluded).bytes
    }

    /// The canonical queries under which a verifier accepts a received query, the usual one first.
    ///
    /// Clients that skip the encoding or even the sorting (curl 7.88) sign the text they send. That is accepted:
    /// a text that equals the canonical form of another query decodes to the same parameters.
    static func acceptable(_ rawQuery: String?, without excluded: [StaticString] = []) -> [[UInt8]] {
        var queries = [usual(rawQuery, without: excluded)]
        guard let rawQuery, rawQuery.utf8.allSatisfy(PercentEncoding.isVisible) else { return queries }
        let asSent = CanonicalQuery(rawQuery, reading: .asSent, without: excluded).bytes
        let verbatim = excluded.isEmpty ? Array(rawQuery.utf8) : asSent
        for query in [asSent, verbatim] where !queries.contains(query) {
            queries.append(query)
        }
        return queries
    }

    private mutating func append(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>, reading: Reading) {
        let start = text.count
        append(name, reading: reading)
        let middle = text.count
        append(value, reading: reading)
        parameters.append((start..<middle, middle..<text.count))
    }

    private mutating func append(_ part: ArraySlice<UInt8>, reading: Reading) {
        switch reading {
        case .asSent:
            text += part
        case .encoded:
            PercentEncoding.forEachDecoded(part, plusIsSpace: true) { byte in
                PercentEncoding.append(byte, to: &text)
            }
        }
    }
}
