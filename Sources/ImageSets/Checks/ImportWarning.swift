/// Something about an imported file that its owner should know; the file is imported all the same.
public struct ImportWarning: Sendable, Hashable {
    /// What kind of warning.
    public var code: Code
    /// One sentence for people: names attributes, never values.
    public var message: String

    /// A warning with the code's own sentence.
    public init(_ code: Code) {
        self.code = code
        self.message = code.message
    }

    /// A warning that names the attributes it is about.
    public init(_ code: Code, message: String) {
        self.code = code
        self.message = message
    }
}

extension ImportWarning {
    /// The warning codes of an import; the raw value is the decimal number the service prints and keeps as Warning Reason
    /// (0008,1196).
    public enum Code: Int, CaseIterable, Sendable {
        /// The import changed an element.
        case coercionOfDataElements = 45056
        /// An element was lost.
        case elementsDiscarded = 45062
        /// The data set does not keep to the constraints of its SOP class.
        case sopClassDataMismatch = 45063
        /// The pixel data could not be transcoded, or what was written did not verify.
        case transcodingException = 45312
        /// The frames cannot be separated.
        case framesExtractionFailure = 45328
        /// Number of Frames differs from the frames found.
        case frameNumberMismatch = 45329
        /// The offset table does not fit the fragments.
        case invalidOffsetTable = 45330
        /// The transfer syntax is not one that can be taken apart.
        case unsupportedTransferSyntax = 45344
        /// A UID that is none.
        case invalidUIDFormat = 45570
        /// A value longer than its VR allows.
        case invalidDICOMValueLength = 45571
        /// Anything else.
        case other = 47513

        /// The code of a number as searches may give it: the printed one, or the true decimal of the hexadecimal code
        /// where the printed one is off (B201 is 45569, BFFF is 49151).
        public init?(searched number: Int) {
            switch number {
            case 45569: self = .invalidUIDFormat
            case 49151: self = .other
            default: self.init(rawValue: number)
            }
        }

        /// `type` in warning.ndjson: `InvalidOffsetTable`.
        public var type: String {
            names.type
        }

        /// The name among the service's enumeration: `INVALID_OFFSET_TABLE`.
        public var name: String {
            names.name
        }

        /// `message` in warning.ndjson, where nothing more exact is known.
        public var message: String {
            names.message
        }

        private var names: (type: String, name: String, message: String) {
            switch self {
            case .coercionOfDataElements:
                (
                    "CoercionOfDataElements", "COERCION_OF_DATA_ELEMENTS",
                    "The file was imported but one or more of its data elements were changed."
                )
            case .elementsDiscarded:
                (
                    "ElementsDiscarded", "ELEMENTS_DISCARDED",
                    "The file was imported but one or more of its data elements were discarded."
                )
            case .sopClassDataMismatch:
                (
                    "SopClassDataMismatch", "SOP_CLASS_DATA_MISMATCH",
                    "The file was imported but its data set does not match its SOP class."
                )
            case .transcodingException:
                (
                    "TranscodingException", "TRANSCODING_EXCEPTION",
                    "The file was imported but its pixel data could not be transcoded and is kept as it came."
                )
            case .framesExtractionFailure:
                (
                    "FramesExtractionFailure", "FRAMES_EXTRACTION_FAILURE",
                    "The file was imported but its frames could not be separated and cannot be retrieved one by one."
                )
            case .frameNumberMismatch:
                (
                    "FrameNumberMismatch", "FRAME_NUMBER_MISMATCH",
                    "The file was imported but its number of frames differs from the frames found."
                )
            case .invalidOffsetTable:
                (
                    "InvalidOffsetTable", "INVALID_OFFSET_TABLE",
                    "The file was imported but contains an invalid offset table, "
                        + "may see issues when retrieving certain frames."
                )
            case .unsupportedTransferSyntax:
                (
                    "UnsupportedTransferSyntax", "UNSUPPORTED_TRANSFER_SYNTAX",
                    "The file was imported but its transfer syntax is not supported; its pixel data is kept as it came."
                )
            case .invalidUIDFormat:
                (
                    "InvalidUIDFormat", "INVALID_UID_FORMAT",
                    "The file was imported but contains a UID in an invalid format."
                )
            case .invalidDICOMValueLength:
                (
                    "InvalidDICOMValueLength", "INVALID_DICOM_VALUE_LENGTH",
                    "The file was imported but contains a value longer than its value representation allows, "
                        + "that attribute may not be searchable."
                )
            case .other:
                ("Other", "OTHER", "The file was imported but is not quite as the standard wants it.")
            }
        }
    }
}
