/// Why a catalog could not do as asked; equal by code.
public struct CatalogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// A uniqueness rule of the catalog would break (a primary SOP Instance UID in two places, a repeated id).
        case conflict
        /// A row that must exist does not.
        case missing
        /// The engine failed: disk full, file damaged, connection lost.
        case engine
        /// The file was written by a newer Isocenter.
        case newerSchema
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, without values of data sets.
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

    /// Code and message on one line.
    public var description: String {
        "\(code.rawValue): \(message)"
    }
}
