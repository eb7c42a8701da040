public import Exchange
public import HTTPTypes
import Store

/// An error of the service model, as clients see it; equal by code.
public struct ServiceError: Error, Sendable, Equatable {
    /// The exceptions of the model.
    public enum Code: String, Sendable, CaseIterable {
        case validation = "ValidationException"
        case badRequest = "BadRequestException"
        case accessDenied = "AccessDeniedException"
        case notFound = "ResourceNotFoundException"
        case notAcceptable = "NotAcceptableException"
        case conflict = "ConflictException"
        case throttling = "ThrottlingException"
        case `internal` = "InternalServerException"
        case quotaExceeded = "ServiceQuotaExceededException"

        /// The model's status for it.
        public var status: HTTPResponse.Status {
            switch self {
            case .validation, .badRequest: .badRequest
            case .accessDenied: .forbidden
            case .notFound: .notFound
            case .notAcceptable: .notAcceptable
            case .conflict: .conflict
            case .throttling: .tooManyRequests
            case .internal: .internalServerError
            case .quotaExceeded: HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required")
            }
        }
    }

    /// Which exception of the model.
    public var code: Code
    /// What the client reads; free of values of data sets.
    public var message: String
    /// The failure below, for the log only.
    public var cause: (any Error)?

    /// An exception with what the client reads.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether both are the same exception, whatever their wording.
    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code
    }

    /// The one place where any failure becomes an error of the model.
    public init(_ error: any Error) {
        switch error {
        case let error as ServiceError:
            self = error
        case let error as StoreError:
            let code: Code =
                switch error.code {
                case .invalid: .validation
                case .notFound: .notFound
                case .conflict: .conflict
                case .quotaExceeded: .quotaExceeded
                case .notAcceptable: .notAcceptable
                case .internal: .internal
                }
            self.init(code, code == .internal ? Self.internalMessage : error.message, cause: error)
        case let error as ExchangeError:
            self.init(error.code == .bodyTooLarge ? .validation : .badRequest, error.message, cause: error)
        default:
            self.init(.internal, Self.internalMessage, cause: error)
        }
    }

    private static let internalMessage = "An unexpected error occurred during processing of the request."

    /// The error on the wire.
    public var response: Response {
        Response(status: code.status, errorType: code.rawValue, message: message)
    }
}
