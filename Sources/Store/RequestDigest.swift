import Crypto

/// A digest of request parameters, to tell a repeated client token from a reused one.
public enum RequestDigest {
    /// Equal exactly when the parts are; each part is framed by its length, so that no two lists run together.
    public static func of(_ parts: [String]) -> String {
        var hash = SHA256()
        for part in parts {
            withUnsafeBytes(of: UInt64(part.utf8.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(part.utf8))
        }
        return hash.finalize().map { byte in
            let digits = Array("0123456789abcdef")
            return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }.joined()
    }
}
