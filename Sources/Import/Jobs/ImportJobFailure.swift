/// Why a whole job fails. The text goes into the job's `message`, so it holds only characters of the model's pattern:
/// letters, digits, `_`, and everything from space to colon.
public struct ImportJobFailure: Error, Sendable, Equatable {
    /// The wording, in the model's alphabet.
    public var message: String

    /// A failure of its own wording; characters outside the alphabet become spaces.
    public init(_ message: String) {
        self.message = String(
            message.map { character in
                guard let ascii = character.asciiValue else { return " " }
                let isAllowed = (0x20...0x3A).contains(ascii) || character.isLetter || character == "_"
                return isAllowed ? character : " "
            }.prefix(2_048))
    }
}
