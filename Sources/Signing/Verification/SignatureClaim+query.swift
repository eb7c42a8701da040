extension SignatureClaim {
    /// Reads the parameters of a presigned request.
    init(query: QueryAuthorization, of request: RequestDescription) throws(SignatureError) {
        guard let algorithm = query.algorithm, let credential = query.credential, let date = query.date,
            let signedHeaders = query.signedHeaders, let signature = query.signature
        else {
            var message: [String] = []
            for (name, value) in [
                ("X-Amz-Algorithm", query.algorithm), ("X-Amz-Credential", query.credential),
                ("X-Amz-Signature", query.signature), ("X-Amz-SignedHeaders", query.signedHeaders),
                ("X-Amz-Date", query.date),
            ] where value == nil {
                message.append("AWS query-string parameters must include '\(name)'.")
            }
            throw .incomplete(message.joined(separator: " ") + " Re-examine the query-string parameters.")
        }
        guard algorithm == StringToSign.algorithm else {
            throw .incomplete("Unsupported AWS 'algorithm': \(SignatureError.quoted(algorithm)).")
        }
        guard let time = SigningTime(basicFormat: date) else {
            throw .incomplete(
                "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\". "
                    + "Got \(SignatureError.quoted(date)).")
        }
        var expires: Int?
        if let text = query.expires {
            guard let seconds = Int(text) else {
                throw .incomplete("X-Amz-Expires should be a number")
            }
            guard seconds > 0 else {
                throw .incomplete("X-Amz-Expires must be positive")
            }
            guard seconds <= Self.maximumExpires else {
                throw .incomplete(
                    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
                        + "less than \(Self.maximumExpires) seconds")
            }
            expires = seconds
        }
        let payload = query.contentSHA256 ?? request.headerValue("x-amz-content-sha256")
        try self.init(
            credential: Array(credential.utf8)[...], signedHeaders: Array(signedHeaders.utf8)[...],
            signature: signature, time: time,
            expires: expires, sessionToken: query.securityToken ?? request.headerValue("x-amz-security-token"),
            payloadHash: Self.payloadHash(payload), isPresigned: true)
    }

    /// The longest life of a presigned request: a week.
    static let maximumExpires = 604_800
}
