/// The parameters that presign a request, decoded.
struct QueryAuthorization {
    private(set) var algorithm: String?
    private(set) var credential: String?
    private(set) var date: String?
    private(set) var expires: String?
    private(set) var signedHeaders: String?
    private(set) var securityToken: String?
    private(set) var contentSHA256: String?
    private(set) var signature: String?

    /// Nil when the query holds none of the three that make a signature. Throws when one stands there twice.
    init?(_ rawQuery: String?) throws(SignatureError) {
        // Nearly every request is signed in its header; it does not pay for a look at each parameter.
        guard let rawQuery, rawQuery.utf8.count > Self.prefix.count else { return nil }
        for parameter in Array(rawQuery.utf8).split(separator: UInt8(ascii: "&"))
        where parameter.starts(with: Self.prefix) {
            let name = parameter.prefix { $0 != UInt8(ascii: "=") }
            let value = PercentEncoding.decode(parameter.dropFirst(name.count + 1))
            switch String(decoding: name, as: UTF8.self) {
            case "X-Amz-Algorithm": try Self.set(&algorithm, value)
            case "X-Amz-Credential": try Self.set(&credential, value)
            case "X-Amz-Date": try Self.set(&date, value)
            case "X-Amz-Expires": try Self.set(&expires, value)
            case "X-Amz-SignedHeaders": try Self.set(&signedHeaders, value)
            case "X-Amz-Security-Token": try Self.set(&securityToken, value)
            case "X-Amz-Content-Sha256", "X-Amz-Content-SHA256": try Self.set(&contentSHA256, value)
            case "X-Amz-Signature": try Self.set(&signature, value)
            default: break
            }
        }
        if algorithm == nil, credential == nil, signature == nil { return nil }
    }

    private static let prefix = Array("X-Amz-".utf8)

    private static func set(_ parameter: inout String?, _ value: String) throws(SignatureError) {
        guard parameter == nil else {
            throw .incomplete("AWS query-string parameters must not be repeated.")
        }
        parameter = value
    }
}
