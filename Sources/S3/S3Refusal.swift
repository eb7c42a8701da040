import NIOCore
import NIOHTTP1

/// What an answer that is no success says, read from its status, its header and the error document.
///
/// A value without I/O: ``S3Client`` acts on it.
struct S3Refusal {
    let status: Int
    let serviceCode: String?
    let requestID: String?
    /// The region the bucket is in, when the answer says so.
    let bucketRegion: String?
    /// The pause that the server asks for.
    let retryAfter: Duration?

    init(status: Int, headers: HTTPHeaders, document: XMLNode?) {
        self.status = status
        serviceCode = document?["Code"]?.text
        requestID = headers.first(name: "x-amz-request-id") ?? document?["RequestId"]?.text
        bucketRegion = headers.first(name: "x-amz-bucket-region") ?? document?["Region"]?.text
        retryAfter = headers.first(name: "retry-after").flatMap { Int64($0) }.map { .seconds(min(max($0, 0), 3_600)) }
    }

    /// Whether the request was made to the wrong region, and where to make it.
    func redirection(from region: String) -> String? {
        let isRedirection =
            [301, 307, 308].contains(status)
            || [
                "AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect",
                "IllegalLocationConstraintException",
            ].contains(serviceCode)
            // A HEAD has no document: AWS answers 400 with the region in the header.
            || (status == 400 && serviceCode == nil)
        guard isRedirection, let bucketRegion, !bucketRegion.isEmpty, bucketRegion != region else { return nil }
        return bucketRegion
    }

    /// Whether the same request may succeed later.
    var isPassing: Bool {
        if let serviceCode, Self.passingCodes.contains(serviceCode) { return true }
        return [408, 429, 500, 502, 503, 504].contains(status)
    }

    private static let passingCodes: Set<String> = [
        "InternalError", "OperationAborted", "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable",
        "SlowDown", "Throttling", "ThrottlingException", "TooManyRequests",
    ]

    /// The error when nothing else is to be done about it.
    var error: S3Error {
        S3Error(code, serviceCode: serviceCode, status: status, requestID: requestID)
    }

    private var code: S3Error.Code {
        switch (status, serviceCode) {
        case (_, "NoSuchBucket"?): .noSuchBucket
        case (_, "NoSuchKey"?): .noSuchKey
        case (401, _), (403, _): .accessDenied
        case (404, _): .noSuchKey
        case (412, _), (416, _): .changed
        case _ where isPassing: .unavailable
        default: .refused
        }
    }
}
