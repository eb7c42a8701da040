public import DICOM

/// Why a file cannot be imported: the fault of the file, not of the store.
public struct ImportFailure: Error, Sendable, Equatable {
    /// The kinds of fault.
    public enum Reason: Sendable, Equatable {
        /// The data set has no attributes at all.
        case empty
        /// An attribute without which there is no instance.
        case missing(Tag)
        /// An attribute with more characters than the limit.
        case tooLong(Tag, limit: Int)
        /// A count over the limit.
        case tooGreat(Tag, limit: Int)
    }

    /// What is wrong.
    public var reason: Reason

    /// A failure for `reason`.
    public init(_ reason: Reason) {
        self.reason = reason
    }

    /// `exceptionType` in failure.ndjson.
    public var exceptionType: String {
        "ValidationException"
    }

    /// `message` in failure.ndjson: names the attribute by its keyword, never its value.
    public var message: String {
        switch reason {
        case .empty: "DICOM attributes does not exist"
        case .missing(let tag): "DICOM attribute \(tag.name) does not exist"
        case .tooLong(let tag, let limit): "DICOM attribute \(tag.name) is longer than \(limit) characters"
        case .tooGreat(let tag, let limit): "DICOM attribute \(tag.name) is greater than \(limit)"
        }
    }
}

extension Tag {
    /// The keyword, or the eight digits where there is none: the key of an attribute in a metadata document.
    var name: String {
        keyword ?? hexadecimal
    }
}
