/// Why a change of an image set is refused; the message names the rule and the attribute's keyword, never a value.
public struct ChangeRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the caller reads.
    public let message: String

    /// A refusal with its wording.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String {
        message
    }
}
