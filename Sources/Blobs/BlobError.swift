/// Why a blob store could not do as asked.
///
/// Two errors are equal when their codes are, so that a test can name the code alone.
public struct BlobError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// The pack does not exist, or not any more.
        case missing
        /// Bytes of a pack that exists are absent or do not match their authentication tag.
        case corrupted
        /// A length or range is impossible.
        case invalidLength
        /// The device refused: full, denied, or broken.
        case inputOutput
        /// The store or writer was closed before.
        case closed
        /// The pack cannot be deleted while a writer may append to it.
        case inUse
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, without names of patients or paths given by users.
    public var message: String
    /// The pack concerned, where there is one.
    public var pack: PackID?
    /// The failure below, where there is one.
    public var cause: (any Error)?

    /// Gathers the parts.
    public init(_ code: Code, _ message: String, pack: PackID? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.pack = pack
        self.cause = cause
    }

    /// Equal by code.
    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code
    }

    /// Code, message, pack and cause on one line.
    public var description: String {
        "\(code.rawValue): \(message)" + (pack.map { " (pack \($0.rawValue))" } ?? "") + (cause.map { ": \($0)" } ?? "")
    }
}
