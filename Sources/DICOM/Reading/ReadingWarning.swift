/// Something in a file that is not as PS3.5 or PS3.10 wants it, and was read all the same.
public struct ReadingWarning: Sendable, Equatable {
    /// The kinds of defect.
    public enum Code: String, Sendable {
        /// No preamble and prefix `DICM` (PS3.10 7.1).
        case missingPreamble
        /// No file meta information, or parts of it missing or damaged.
        case incompleteFileMeta
        /// The file meta group length is not the group's length.
        case wrongFileMetaLength
        /// No or an unusable transfer syntax UID: it was guessed from the data set.
        case guessedTransferSyntax
        /// The data set is encoded otherwise than the transfer syntax says.
        case encodingMismatch
        /// A value representation that PS3.5 does not define.
        case unknownVR
        /// An odd length.
        case oddLength
        /// A length beyond the end of the enclosing item or sequence; cut there.
        case overlongValue
        /// An element that was there twice; the later one stays.
        case duplicateElement
        /// Elements not in ascending order; sorted.
        case unorderedElements
        /// A delimitation item where none belongs, or one missing where it does.
        case misplacedDelimiter
        /// An element that could not be kept.
        case discardedElement
        /// Bytes after the last element.
        case trailingBytes
        /// The pixel data ends before its declared length.
        case truncatedPixelData
        /// The pixel data is not well encapsulated (PS3.5 A.4).
        case malformedEncapsulation
        /// The deflated stream ends before its final block.
        case truncatedDeflate
    }

    /// What kind of defect.
    public var code: Code
    /// The element, when known.
    public var tag: Tag?
    /// The place in ``PartTenFile/content`` (file meta warnings: in the file).
    public var offset: Int
    /// A sentence for people, without values.
    public var message: String

    /// A defect of kind `code` at `offset`.
    public init(_ code: Code, tag: Tag? = nil, offset: Int, _ message: String) {
        self.code = code
        self.tag = tag
        self.offset = offset
        self.message = message
    }
}
