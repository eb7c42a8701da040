import Crypto
import Foundation

/// The key that webhook requests are signed with, as Standard Webhooks writes it: `whsec_` and 24 to 64 bytes in base64.
public struct WebhookSecret: Sendable {
    private let key: SymmetricKey

    /// Reads a secret; nil for anything else.
    public init?(_ text: String) {
        guard text.hasPrefix("whsec_"), let bytes = Data(base64Encoded: String(text.dropFirst(6))),
            (24...64).contains(bytes.count)
        else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// The signature of a request: HMAC-SHA256 over `id.timestamp.body`, in base64 behind its version.
    func signature(id: String, timestamp: Int, body: [UInt8]) -> String {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Data("\(id).\(timestamp).".utf8))
        code.update(data: body)
        return "v1," + Data(code.finalize()).base64EncodedString()
    }
}
