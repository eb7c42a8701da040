/// Why text is not the JSON that was asked for, and where. Never holds any of the text.
public struct JSONError: Error, Sendable, Equatable {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// Not by the grammar of RFC 8259, or something after the value.
        case syntax
        /// The text ends inside a value.
        case truncated
        /// Bytes that are not UTF-8.
        case invalidUTF8
        /// Half of a surrogate pair.
        case invalidSurrogate
        /// A name that the object has already.
        case duplicateName
        /// Arrays and objects nested beyond the limit.
        case tooDeep
        /// More bytes than the limit.
        case tooLarge
    }

    /// What kind of failure.
    public var code: Code
    /// The byte of the text where it shows.
    public var offset: Int

    /// A failure of kind `code` at `offset`.
    public init(_ code: Code, offset: Int) {
        self.code = code
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    /// A sentence for people.
    public var description: String {
        let reason =
            switch code {
            case .syntax: "not valid JSON"
            case .truncated: "the JSON text ends too early"
            case .invalidUTF8: "a JSON string that is not UTF-8"
            case .invalidSurrogate: "a JSON string with half of a surrogate pair"
            case .duplicateName: "a name that its JSON object has already"
            case .tooDeep: "JSON nested too deeply"
            case .tooLarge: "JSON text that is too long"
            }
        return "\(reason) (at byte \(offset))"
    }
}
