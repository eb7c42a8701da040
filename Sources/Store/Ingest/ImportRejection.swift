/// Why a file was not imported; equal by type and message.
public struct ImportRejection: Error, Sendable, Equatable {
    /// The kinds of refusal, as STOW-RS tells them apart (PS3.18 table I.2.2).
    public enum Reason: Sendable {
        /// The bytes are no DICOM instance that can be stored: 0xC000 (cannot understand).
        case notUnderstood
        /// An element breaks a limit or rule of the store: 0xA900 (data set does not match SOP class).
        case ruleBroken
        /// A quota of the store has no room for it: 0xA700 (out of resources).
        case overQuota
        /// The failure is ours: 0x0110 (processing failure).
        case processingFailure
    }

    /// The kind of refusal.
    public var reason: Reason
    /// The service's name of the failure, `ValidationException` for the file's own faults.
    public var exceptionType: String
    /// Names elements by keyword, never their values.
    public var message: String

    /// Whether the failure is ours rather than the file's.
    public var isServerFault: Bool { reason == .processingFailure }

    /// A refusal of a kind with its wording.
    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.exceptionType = reason == .processingFailure ? "InternalServerException" : "ValidationException"
        self.message = message
    }
}
