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

    public var code: Code
    /// What happened; free of values of data sets.
    public var message: String
    public var cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code
    }

    public var description: String {
        "\(code.rawValue): \(message)" + (cause.map { " (\($0))" } ?? "")
    }
}
