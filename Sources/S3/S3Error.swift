/// Why a request to S3 failed; equal by code. Never holds keys or contents of objects.
public struct S3Error: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// There is no bucket of that name.
        case noSuchBucket
        /// There is no object of that key.
        case noSuchKey
        /// The credential may not do this, or the bucket is not the expected account's.
        case accessDenied
        /// The object is not what it was when its first bytes were read.
        case changed
        /// The service cannot be reached, or fails, after all retries.
        case unavailable
        /// The answer is none of S3.
        case invalidAnswer
        /// The service refuses the request for another reason.
        case refused
    }

    /// What kind of failure.
    public var code: Code
    /// The service's own word, such as `SlowDown`.
    public var serviceCode: String?
    /// The HTTP status of the answer.
    public var status: Int?
    /// The service's name of the request, for its operator.
    public var requestID: String?
    /// What happened below, when no answer came.
    public var cause: String?

    init(
        _ code: Code, serviceCode: String? = nil, status: Int? = nil, requestID: String? = nil, cause: String? = nil
    ) {
        self.code = code
        self.serviceCode = serviceCode
        self.status = status
        self.requestID = requestID
        self.cause = cause
    }

    /// Equal codes make equal errors.
    public static func == (left: S3Error, right: S3Error) -> Bool {
        left.code == right.code
    }

    /// For people and logs.
    public var description: String {
        var parts = [code.rawValue]
        if let status { parts.append("status \(status)") }
        if let serviceCode { parts.append(serviceCode) }
        if let requestID { parts.append("request \(requestID)") }
        if let cause { parts.append(cause) }
        return parts.joined(separator: ", ")
    }
}
