import Crypto

/// The texts that are keyed with the signing key, each opened by the word that says what it signs.
enum StringToSign {
    /// The word for whole requests, also the scheme of the `Authorization` field.
    static let algorithm = "AWS4-HMAC-SHA256"

    /// For a request: the hash of its canonical form, bound to the instant and the scope.
    static func request(_ canonicalRequest: [UInt8], time: SigningTime, scope: CredentialScope) -> [UInt8] {
        var result = opening(algorithm, time: time, scope: scope)
        appendHash(of: canonicalRequest, to: &result)
        return result
    }

    /// For a chunk: its hash, bound to the signature before it and so to its place.
    static func chunk(
        sha256: some Sequence<UInt8>, after previous: [UInt8], time: SigningTime, scope: CredentialScope
    ) -> [UInt8] {
        var result = opening("AWS4-HMAC-SHA256-PAYLOAD", time: time, scope: scope)
        Hexadecimal.append(previous, to: &result)
        result.append(UInt8(ascii: "\n"))
        // The place of headers that a chunk might have; none was ever defined.
        result += PayloadHash.emptySHA256.utf8
        result.append(UInt8(ascii: "\n"))
        Hexadecimal.append(sha256, to: &result)
        return result
    }

    /// For the trailer fields behind the last chunk, each as `name:value` and a line feed.
    static func trailer(
        _ fields: [UInt8], after previous: [UInt8], time: SigningTime, scope: CredentialScope
    ) -> [UInt8] {
        var result = opening("AWS4-HMAC-SHA256-TRAILER", time: time, scope: scope)
        Hexadecimal.append(previous, to: &result)
        result.append(UInt8(ascii: "\n"))
        appendHash(of: fields, to: &result)
        return result
    }

    private static func opening(_ word: String, time: SigningTime, scope: CredentialScope) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(320)
        for line in [word, time.basicFormat, scope.text] {
            result += line.utf8
            result.append(UInt8(ascii: "\n"))
        }
        return result
    }

    private static func appendHash(of bytes: [UInt8], to text: inout [UInt8]) {
        var hasher = SHA256()
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        hasher.finalize().withUnsafeBytes { Hexadecimal.append($0, to: &text) }
    }
}
