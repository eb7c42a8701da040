/// Why a request was not let in, in the words AWS uses for it.
public struct SignatureError: Error, Sendable, Equatable {
    /// The kinds of refusal, as AWS names their error shapes.
    public enum Code: Sendable, Equatable {
        /// The request carries no Signature Version 4 at all.
        case missingAuthenticationToken
        /// Nobody has that access key, or the session token does not belong to it.
        case unrecognizedClient
        /// The signature is not that of this request, or not valid at this time or place.
        case invalidSignature
        /// The session token has run out.
        case expiredToken
        /// The signature is not all there, or not written as it must be.
        case incompleteSignature
        /// The body is not framed as the request says. The one code that is no matter of access.
        case malformedPayload
    }

    /// What kind of refusal.
    public let code: Code
    /// A sentence for the client.
    public let message: String

    /// A refusal of its own wording.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The name of the error shape, for `x-amzn-ErrorType`.
    public var shapeName: String {
        switch code {
        case .missingAuthenticationToken: "MissingAuthenticationTokenException"
        case .unrecognizedClient: "UnrecognizedClientException"
        case .invalidSignature: "InvalidSignatureException"
        case .expiredToken: "ExpiredTokenException"
        case .incompleteSignature: "IncompleteSignatureException"
        case .malformedPayload: "ValidationException"
        }
    }

    /// The HTTP status: 403, and 400 for a body that is malformed.
    public var status: Int {
        code == .malformedPayload ? 400 : 403
    }
}

extension SignatureError {
    /// The request carries no signature.
    public static let missingAuthenticationToken = SignatureError(
        .missingAuthenticationToken, "Missing Authentication Token")

    /// The access key is unknown or disabled, or its session token is wrong.
    public static let unrecognizedClient = SignatureError(
        .unrecognizedClient, "The security token included in the request is invalid.")

    /// The session token has run out.
    public static let expiredToken = SignatureError(
        .expiredToken, "The security token included in the request is expired")

    /// The signature is not that of this request under this key.
    public static let doesNotMatch = SignatureError(
        .invalidSignature,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
            + "Key and signing method. Consult the service documentation for details.")

    /// The body is not the one whose hash was signed.
    public static let payloadMismatch = SignatureError(
        .invalidSignature, "The provided 'x-amz-content-sha256' header does not match what was computed.")

    /// The signature was made before the window that is still open.
    static func expired(_ time: SigningTime, now: SigningTime, window seconds: Int) -> SignatureError {
        SignatureError(
            .invalidSignature,
            "Signature expired: \(time.basicFormat) is now earlier than \(now.advanced(by: -seconds).basicFormat) "
                + "(\(now.basicFormat) - \(duration(seconds)))")
    }

    /// The signature was made for an instant further ahead than clocks may differ.
    static func notYetCurrent(_ time: SigningTime, now: SigningTime, window seconds: Int) -> SignatureError {
        SignatureError(
            .invalidSignature,
            "Signature not yet current: \(time.basicFormat) is still later than "
                + "\(now.advanced(by: seconds).basicFormat) (\(now.basicFormat) + \(duration(seconds)))")
    }

    static func incomplete(_ message: String) -> SignatureError {
        SignatureError(.incompleteSignature, message)
    }

    static func malformedPayload(_ message: String) -> SignatureError {
        SignatureError(.malformedPayload, message)
    }

    /// A word of the request for use in a message: cut to a length that suits a sentence.
    static func quoted(_ text: some StringProtocol) -> String {
        text.utf8.count <= 64 ? "'\(text)'" : "'\(text.prefix(64))…'"
    }

    private static func duration(_ seconds: Int) -> String {
        seconds.isMultiple(of: 60) ? "\(seconds / 60) min." : "\(seconds) s."
    }
}
