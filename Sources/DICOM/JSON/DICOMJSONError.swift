/// Why JSON is no data set, and where. Never holds a value of it.
public struct DICOMJSONError: Error, Sendable, Equatable {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// Not JSON at all; the cause says why.
        case invalidJSON
        /// A data set or an attribute that is no object.
        case notAnObject
        /// A name that is no tag of eight hexadecimal digits.
        case invalidTag
        /// A `vr` that PS3.5 does not define.
        case invalidVR
        /// No `vr`, and PS3.6 does not know the tag.
        case missingVR
        /// A value that is none of its VR.
        case invalidValue
        /// More than one of `Value`, `InlineBinary` and `BulkDataURI`.
        case ambiguousValue
        /// A `BulkDataURI` whose value is not to be had.
        case missingBulkData
        /// Sequences within sequences beyond ``DataSet/maximumDepth``.
        case tooDeep
    }

    /// What kind of failure.
    public var code: Code
    /// The attribute; nil when the whole is meant.
    public var path: BulkPath?
    /// Why the text is not JSON.
    public var cause: JSONError?

    /// A failure of kind `code` at `path`.
    public init(_ code: Code, at path: BulkPath? = nil, cause: JSONError? = nil) {
        self.code = code
        self.path = path
        self.cause = cause
    }
}

extension DICOMJSONError: CustomStringConvertible {
    /// A sentence for people.
    public var description: String {
        let reason =
            switch code {
            case .invalidJSON: cause?.description ?? "not valid JSON"
            case .notAnObject: "a JSON object was expected"
            case .invalidTag: "a name that is no tag of eight hexadecimal digits"
            case .invalidVR: "a value representation that PS3.5 does not define"
            case .missingVR: "no value representation, and PS3.6 has none for the tag"
            case .invalidValue: "a value that does not fit the value representation"
            case .ambiguousValue: "more than one of Value, InlineBinary and BulkDataURI"
            case .missingBulkData: "a BulkDataURI without its bulk data"
            case .tooDeep: "sequences are nested more than \(DataSet.maximumDepth) deep"
            }
        return path.map { "\(reason) (attribute \($0))" } ?? reason
    }
}
