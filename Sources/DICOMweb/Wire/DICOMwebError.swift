import Exchange
public import HTTPTypes
import Store

/// Why a transaction failed, with the status of PS3.18 8.5; equal by status.
public struct DICOMwebError: Error, Sendable, Equatable {
    /// The status of the answer.
    public var status: HTTPResponse.Status
    /// What the client reads; free of values of data sets.
    public var message: String
    /// The failure below, for the log only.
    public var cause: (any Error)?

    /// An error with a status and what the client reads.
    public init(_ status: HTTPResponse.Status, _ message: String, cause: (any Error)? = nil) {
        self.status = status
        self.message = message
        self.cause = cause
    }

    /// Whether both have one status, whatever their wording.
    public static func == (left: Self, right: Self) -> Bool {
        left.status == right.status
    }

    /// The one place where any failure becomes a DICOMweb answer.
    init(_ error: any Error) {
        switch error {
        case let error as DICOMwebError:
            self = error
        case let error as StoreError:
            switch error.code {
            case .invalid: self.init(.badRequest, error.message, cause: error)
            case .notFound: self.init(.notFound, error.message, cause: error)
            case .conflict: self.init(.conflict, error.message, cause: error)
            case .quotaExceeded: self.init(.contentTooLarge, error.message, cause: error)
            case .notAcceptable: self.init(.notAcceptable, error.message, cause: error)
            case .internal: self.init(.internalServerError, Self.internalMessage, cause: error)
            }
        case let error as ExchangeError:
            switch error.code {
            case .malformed, .disconnected: self.init(.badRequest, error.message, cause: error)
            case .bodyTooLarge: self.init(.contentTooLarge, error.message, cause: error)
            case .bodyMismatch: self.init(.forbidden, error.message, cause: error)
            }
        default:
            self.init(.internalServerError, Self.internalMessage, cause: error)
        }
    }

    private static let internalMessage = "An unexpected error occurred during processing of the request."

    /// The service's name of the failure, which SDK-minded clients look for.
    private var errorType: String {
        switch status.code {
        case 403: "AccessDeniedException"
        case 404: "ResourceNotFoundException"
        case 406: "NotAcceptableException"
        case 409: "ConflictException"
        case 429: "ThrottlingException"
        case 500...: "InternalServerException"
        default: "ValidationException"
        }
    }

    var response: Response {
        Response(status: status, errorType: errorType, message: message)
    }
}
