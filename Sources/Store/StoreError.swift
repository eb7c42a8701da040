/// Why the store could not do as asked; equal by code. The API modules turn it into their wire form in one spot each.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure, named for what the caller can do about them.
    public enum Code: String, Sendable {
        /// The request breaks a rule that the message names.
        case invalid
        /// The resource does not exist.
        case notFound
        /// The resource's state does not allow it now.
        case conflict
        /// A quota would be exceeded.
        case quotaExceeded
        /// The pixels cannot be had in the form asked for.
        case notAcceptable
        /// The failure is ours; the message is for the log, not for the client.
        case `internal`
    }

    /// The kind of failure.
    public var code: Code
    /// What happened; free of values of data sets.
    public var message: String
    /// The failure below, for the log only.
    public var cause: (any Error)?

    /// A failure of a kind with its wording.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether both are of one kind, whatever their wording.
    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code
    }

    /// Kind, wording and cause, for the log.
    public var description: String {
        "\(code.rawValue): \(message)" + (cause.map { " (\($0))" } ?? "")
    }
}
