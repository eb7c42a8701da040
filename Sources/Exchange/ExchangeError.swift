/// Why a request or its body could not be read; equal by code.
public struct ExchangeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// The request breaks the syntax of HTTP, URLs or media types.
        case malformed
        /// The body is longer than the operation takes.
        case bodyTooLarge
        /// The body is not what was signed.
        case bodyMismatch
        /// The client went away.
        case disconnected
    }

    /// The kind of failure.
    public var code: Code
    /// What is wrong, free of values from the request that could be patient data.
    public var message: String

    /// An error of a kind with its wording.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether both are of one kind, whatever their wording.
    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code
    }

    /// Kind and wording, for the log.
    public var description: String {
        "\(code.rawValue): \(message)"
    }
}
