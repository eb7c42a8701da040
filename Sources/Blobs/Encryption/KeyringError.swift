/// Why a keyring could not do as asked.
///
/// Equal by code. Never holds a key, a secret or what they protect.
public struct KeyringError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// Others than the owner may read the file.
        case unsafePermissions
        /// The file is not a keyring, or was damaged.
        case malformed
        /// The file cannot be read or written.
        case inputOutput
        /// What is sealed was sealed with a key that this keyring does not hold.
        case unknownKey
        /// What is sealed was altered, or sealed for another context or purpose.
        case notAuthentic
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, and what to do about it where something can be done.
    public var message: String
    /// The failure below, where there is one.
    public var cause: (any Error)?

    /// Gathers the parts.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Equal by code.
    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code
    }

    /// Code, message and cause on one line.
    public var description: String {
        "\(code.rawValue): \(message)" + (cause.map { ": \($0)" } ?? "")
    }
}
