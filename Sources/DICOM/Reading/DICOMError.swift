/// Why bytes cannot be read or written as DICOM, and where.
///
/// Never holds a value of the data set. Equal by code, tag and offset.
public struct DICOMError: Error, Sendable, Equatable {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// Nothing in the bytes looks like a data set.
        case notDICOM
        /// The data set ends inside an element.
        case truncated
        /// A length that cannot be: undefined where it must be defined, or over what the format can hold.
        case invalidLength
        /// A value representation that cannot stand here.
        case invalidVR
        /// Items or delimiters that cannot be put in order.
        case invalidSequence
        /// Sequences nested beyond the limit.
        case tooDeep
        /// More header bytes, elements or fragments than the limit.
        case tooLarge
        /// A deflated data set whose inflated size or ratio is over the limit.
        case deflateBomb
        /// A deflated data set that zlib cannot inflate.
        case invalidDeflate
        /// The content could not be read.
        case unreadable
    }

    /// What kind of failure.
    public var code: Code
    /// The element, when known.
    public var tag: Tag?
    /// The place in the bytes that were read.
    public var offset: Int
    /// A sentence for people, without values.
    public var message: String

    /// A failure of kind `code` at `offset`.
    public init(_ code: Code, tag: Tag? = nil, offset: Int, _ message: String) {
        self.code = code
        self.tag = tag
        self.offset = offset
        self.message = message
    }

    /// Whether code, tag and offset are equal.
    public static func == (left: DICOMError, right: DICOMError) -> Bool {
        (left.code, left.tag, left.offset) == (right.code, right.tag, right.offset)
    }
}

extension DICOMError: CustomStringConvertible {
    /// Code, place and message in one line.
    public var description: String {
        "\(code.rawValue): \(message) (\(tag.map { "\($0) " } ?? "")at byte \(offset))"
    }
}
