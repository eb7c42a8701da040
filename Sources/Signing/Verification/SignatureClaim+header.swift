extension SignatureClaim {
    /// Reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, its parts in any order, the spaces optional.
    init(header: String, of request: RequestDescription) throws(SignatureError) {
        let bytes = Array(header.utf8)
        let algorithm = bytes.prefix { !Self.isSpace($0) }
        guard algorithm.elementsEqual(StringToSign.algorithm.utf8) else {
            let name = SignatureError.quoted(String(decoding: algorithm, as: UTF8.self))
            throw .incomplete("Unsupported AWS 'algorithm': \(name).")
        }
        var credential: ArraySlice<UInt8>?
        var signedHeaders: ArraySlice<UInt8>?
        var signature: ArraySlice<UInt8>?
        for part in bytes[algorithm.endIndex...].split(separator: UInt8(ascii: ",")) {
            let trimmed = part.drop(while: Self.isSpace)
            let name = trimmed.prefix { $0 != UInt8(ascii: "=") }
            let value = trimmed.dropFirst(name.count + 1).prefix { !Self.isSpace($0) }
            if credential == nil, name.elementsEqual("Credential".utf8) {
                credential = value
            } else if signedHeaders == nil, name.elementsEqual("SignedHeaders".utf8) {
                signedHeaders = value
            } else if signature == nil, name.elementsEqual("Signature".utf8) {
                signature = value
            } else {
                throw .incomplete("Authorization header has an unknown or repeated parameter.")
            }
        }
        let timeText = request.headerValue("x-amz-date") ?? request.headerValue("date")
        guard let credential, let signedHeaders, let signature, let timeText else {
            var message: [String] = []
            for (name, value) in [
                ("Credential", credential), ("Signature", signature), ("SignedHeaders", signedHeaders),
            ] where value == nil {
                message.append("Authorization header requires '\(name)' parameter.")
            }
            if timeText == nil {
                message.append(
                    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
            }
            throw .incomplete(message.joined(separator: " "))
        }
        guard let time = SigningTime(basicFormat: timeText) ?? SigningTime(httpDate: timeText) else {
            throw .incomplete(
                "Date must be in ISO-8601 'basic format'. Got \(SignatureError.quoted(timeText)). "
                    + "See http://en.wikipedia.org/wiki/ISO_8601")
        }
        try self.init(
            credential: credential, signedHeaders: signedHeaders,
            signature: String(decoding: signature, as: UTF8.self), time: time, expires: nil,
            sessionToken: request.headerValue("x-amz-security-token"),
            payloadHash: Self.payloadHash(request.headerValue("x-amz-content-sha256")), isPresigned: false)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
