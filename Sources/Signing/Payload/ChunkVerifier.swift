/// What it takes to check the chunks of a body: the signature they start from, the key, and how the body is framed.
public struct ChunkVerifier: Sendable {
    /// How a body of chunks stands on the wire.
    enum Framing {
        /// In chunks: the request says so.
        case chunks
        /// As it is: its length is the decoded length, and no chunk takes less room than its data.
        case plain
        /// Not said; the first line tells.
        case undeclared
    }

    /// How long the body is once its framing is off, where the request says (`x-amz-decoded-content-length`).
    public let decodedLength: Int?

    let framing: Framing
    /// One of the three streaming words.
    let payloadHash: PayloadHash
    private let key: SigningKey
    private let time: SigningTime
    /// The signature that the next one builds on: first that of the request.
    private var previous: [UInt8]

    /// Takes up where the verified signature of the request stands.
    ///
    /// AWS documents STOW-RS by curl, which announces `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` (and often
    /// `x-amz-decoded-content-length`) and then sends the file as it is. That is taken when the request does not declare
    /// `Content-Encoding: aws-chunked`. A client that signs that field, as the SDKs do, loses nothing: nobody on the way
    /// can take it off without breaking the signature.
    init(
        claim: SignatureClaim, key: SigningKey, request: RequestDescription, allowsPlain: Bool
    ) throws(SignatureError) {
        if let text = request.headerValue("x-amz-decoded-content-length") {
            guard let length = Int(text), length >= 0 else {
                throw .malformedPayload("x-amz-decoded-content-length is not a number of bytes.")
            }
            decodedLength = length
        } else {
            decodedLength = nil
        }
        let encodings = request.headerValues("content-encoding").flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
        let isDeclared = encodings.contains { encoding in
            encoding.map(\.asciiLowercased).filter { $0 != UInt8(ascii: " ") }.elementsEqual("aws-chunked".utf8)
        }
        if isDeclared || !allowsPlain || claim.payloadHash != .streamingSigned {
            framing = .chunks
        } else if let decodedLength, request.headerValue("content-length").flatMap({ Int($0) }) == decodedLength {
            framing = .plain
        } else {
            framing = .undeclared
        }
        payloadHash = claim.payloadHash
        self.key = key
        time = claim.time
        previous = Hexadecimal.decode(claim.signature.utf8) ?? []
    }

    /// Checks the signature of the next chunk, whose data has that SHA-256, and moves on to it.
    mutating func check(_ signature: [UInt8], chunkSHA256: [UInt8]) throws(SignatureError) {
        let toSign = StringToSign.chunk(sha256: chunkSHA256, after: previous, time: time, scope: key.scope)
        guard ConstantTime.areEqual(key.signature(of: toSign), signature) else { throw .doesNotMatch }
        previous = signature
    }

    /// Checks the signature of the trailer fields, each as `name:value` and a line feed.
    func check(_ signature: [UInt8], trailer: [UInt8]) throws(SignatureError) {
        let toSign = StringToSign.trailer(trailer, after: previous, time: time, scope: key.scope)
        guard ConstantTime.areEqual(key.signature(of: toSign), signature) else { throw .doesNotMatch }
    }
}
