/// What a request says of its body: the value of `x-amz-content-sha256`, which is also the last line of the canonical
/// request.
public enum PayloadHash: Sendable, Equatable {
    /// The SHA-256 of the body in hexadecimal, as the client wrote it.
    case sha256(String)
    /// `UNSIGNED-PAYLOAD`: the body may be anything.
    case unsigned
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`: the body comes in chunks that are signed one by one.
    case streamingSigned
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`: signed chunks, then signed trailer fields.
    case streamingSignedTrailer
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: plain chunks, then trailer fields.
    case streamingUnsignedTrailer
    /// The field is not there, as services other than S3 have it: the signature covers the hash of the real body.
    case absent

    /// The SHA-256 of no bytes, in hexadecimal.
    public static let emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// What stands for the hash of a body that is not signed.
    static let unsignedWord = "UNSIGNED-PAYLOAD"

    /// Reads the value of `x-amz-content-sha256`; nil when it is neither a hash nor one of the words above.
    public init?(headerValue: String) {
        switch headerValue {
        case Self.unsignedWord: self = .unsigned
        case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": self = .streamingSigned
        case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": self = .streamingSignedTrailer
        case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": self = .streamingUnsignedTrailer
        default:
            guard headerValue.utf8.count == 64, Hexadecimal.decode(headerValue.utf8) != nil else { return nil }
            self = .sha256(headerValue)
        }
    }

    /// The hash of a body that is at hand.
    public static func of(_ body: some Collection<UInt8>) -> PayloadHash {
        var digest = BodyDigest()
        digest.update(body)
        return .sha256(digest.hexadecimal)
    }

    /// The value of `x-amz-content-sha256`; nil when the field is absent.
    public var headerValue: String? {
        switch self {
        case .sha256(let hexadecimal): hexadecimal
        case .unsigned: Self.unsignedWord
        case .streamingSigned: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        case .streamingSignedTrailer: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
        case .streamingUnsignedTrailer: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        case .absent: nil
        }
    }
}
