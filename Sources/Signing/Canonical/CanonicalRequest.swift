/// The text whose hash is signed: the parts of a request, each in the one form that both sides agree on.
struct CanonicalRequest {
    var method: String
    var path: [UInt8]
    var query: [UInt8]
    /// As `CanonicalHeaders` gives them.
    var headers: [UInt8]
    /// The names, joined by semicolons.
    var signedHeaders: String
    /// The hash of the body in hexadecimal, or the word that stands for it.
    var payload: String

    /// The six parts, a line feed between each two.
    var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(
            path.count + query.count + headers.count + signedHeaders.utf8.count + payload.utf8.count + 16)
        result += method.utf8
        result.append(UInt8(ascii: "\n"))
        result += path
        result.append(UInt8(ascii: "\n"))
        result += query
        result.append(UInt8(ascii: "\n"))
        result += headers
        result.append(UInt8(ascii: "\n"))
        result += signedHeaders.utf8
        result.append(UInt8(ascii: "\n"))
        result += payload.utf8
        return result
    }
}
