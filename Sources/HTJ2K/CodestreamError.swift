/// Why a codestream cannot be read or written, and where.
public struct CodestreamError: Error, Sendable, Equatable {
    /// The kind of failure, for programs.
    public enum Code: String, Sendable, Equatable {
        /// The bytes open neither with a codestream's SOC marker nor with a JP2-family signature box.
        case notACodestream
        /// The bytes end before what was asked for is complete; a lower resolution may still decode.
        case truncated
        /// The bytes contradict the standard or themselves.
        case malformed
        /// The bytes are legal but use something that this codec does not read.
        case unsupported
        /// The code-blocks are those of JPEG 2000 Part 1, not the high-throughput ones of Part 15.
        case notHighThroughput
        /// The image exceeds the limits the caller has set.
        case tooLarge
        /// The caller's arguments contradict each other: sizes, depths, buffer lengths.
        case invalidArgument
    }

    /// The kind of failure.
    public var code: Code
    /// Byte offset into the bytes given, of the place where the contradiction was seen; 0 when there is none.
    public var offset: Int
    /// What is wrong, in one clause; never holds sample values.
    public var message: StaticString

    /// An error of a kind at a byte offset.
    public init(_ code: Code, at offset: Int = 0, _ message: StaticString) {
        self.code = code
        self.offset = offset
        self.message = message
    }

    /// Whether kind and place are the same; the words are for people.
    public static func == (one: CodestreamError, other: CodestreamError) -> Bool {
        one.code == other.code && one.offset == other.offset
    }
}

extension CodestreamError: CustomStringConvertible {
    /// The kind, the place and the clause on one line.
    public var description: String {
        "\(code.rawValue) at byte \(offset): \(message)"
    }
}
