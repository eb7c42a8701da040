extension RequestDescription {
    /// The path of `/`-parted text as it goes over the wire and is signed: every byte but the unreserved ones encoded,
    /// slashes and dots kept as they are. A path that does not begin with a slash gets one.
    public static func encodedPath(_ path: String) -> String {
        let encoded = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { PercentEncoding.encode(String(decoding: $0, as: UTF8.self)) }.joined(separator: "/")
        return encoded.utf8.first == UInt8(ascii: "/") ? encoded : "/" + encoded
    }

    /// The query of parameters in their order, names and values encoded.
    public static func encodedQuery(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
            .joined(separator: "&")
    }
}
