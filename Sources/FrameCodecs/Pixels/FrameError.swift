public import DICOM

/// Why pixel data cannot be described, taken apart, decoded or encoded. Never holds a value of the data set.
public struct FrameError: Error, Sendable, Equatable {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// An attribute that the pixel data cannot be understood without is absent.
        case missingAttribute
        /// An attribute of the image pixel module has a value that cannot be.
        case invalidAttribute
        /// A frame over ``PixelDescription/maximumFrameByteCount``.
        case tooLarge
        /// Fewer bytes than the frame has.
        case truncated
        /// The frame's bytes are no valid stream of their transfer syntax.
        case corruptFrame
        /// The compressed frame is an image of other size or sample type than the data set describes.
        case descriptionMismatch
        /// No decoder for this transfer syntax; `transferSyntaxUID` names it.
        case unsupportedTransferSyntax
        /// No encoder into this transfer syntax; `transferSyntaxUID` names it.
        case unsupportedEncoding
        /// What was written does not decode to what was read.
        case verificationFailed
        /// The content could not be read.
        case unreadable
        /// A foreign decoder took more time or memory than a frame of its size may.
        case decoderExhausted
        /// A foreign decoder ended on this frame.
        case decoderCrashed
        /// No foreign decoder could be started: the fault of this machine, not of the frame.
        case decoderUnavailable
    }

    /// What kind of failure.
    public var code: Code
    /// The attribute at fault, when it is one.
    public var tag: Tag?
    /// The transfer syntax concerned, when it is what fails.
    public var transferSyntaxUID: String?
    /// A sentence for people, without values.
    public var message: String
    /// What went wrong below, in words.
    public var cause: String?

    /// A failure of kind `code`.
    public init(
        _ code: Code, tag: Tag? = nil, transferSyntaxUID: String? = nil, _ message: String, cause: (any Error)? = nil
    ) {
        self.code = code
        self.tag = tag
        self.transferSyntaxUID = transferSyntaxUID
        self.message = message
        self.cause = cause.map { String(describing: $0) }
    }
}

extension FrameError: CustomStringConvertible {
    /// Code, message, place and cause in one line.
    public var description: String {
        let place = [tag?.description, transferSyntaxUID].compactMap { $0 }.map { " (\($0))" }.joined()
        return "\(code.rawValue): \(message)\(place)\(cause.map { "; \($0)" } ?? "")"
    }
}
