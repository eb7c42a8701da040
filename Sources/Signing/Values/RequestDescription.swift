/// What Signature Version 4 looks at in an HTTP request, exactly as it is on the wire.
public struct RequestDescription: Sendable {
    /// The method, in upper case.
    public var method: String
    /// The path, percent-encoded as sent; `/` when the request line names none.
    public var rawPath: String
    /// What stands after the first `?`, percent-encoded as sent; nil when there is no `?`.
    public var rawQuery: String?
    /// All header fields in the order received. Over HTTP/2 the `:authority` pseudo-header stands here as `host`.
    public var headers: [(name: String, value: String)]

    /// A request in its parts.
    public init(method: String, rawPath: String, rawQuery: String?, headers: [(name: String, value: String)]) {
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.headers = headers
    }

    /// The values of all fields of that name, which must be given in lower case.
    func headerValues(_ name: StaticString) -> [String] {
        var values: [String] = []
        for header in headers where header.name.isEqual(toLowercased: name) {
            values.append(header.value)
        }
        return values
    }

    /// The value of the first field of that name, which must be given in lower case.
    func headerValue(_ name: StaticString) -> String? {
        headers.first { $0.name.isEqual(toLowercased: name) }?.value
    }
}

extension String {
    /// Whether this field name, in any ASCII case, is the given one in lower case.
    func isEqual(toLowercased name: StaticString) -> Bool {
        guard utf8.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { expected in
            zip(utf8, expected).allSatisfy { $0.asciiLowercased == $1 }
        }
    }
}
