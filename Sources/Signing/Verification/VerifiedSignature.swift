/// The proof that the holder of a secret signed the head of a request, and what must still hold of its body.
public struct VerifiedSignature: Sendable {
    /// Whose signature it is and what it said.
    public let claim: SignatureClaim
    /// What the body must be for the signature to cover it.
    public let body: BodyExpectation

    init(claim: SignatureClaim, body: BodyExpectation) {
        self.claim = claim
        self.body = body
    }
}

/// What a verified signature demands of the body.
///
/// Nothing that came of a body may be committed before the demand is met: after its last byte.
public enum BodyExpectation: Sendable {
    /// The body has this SHA-256, in hexadecimal; see `BodyDigest`.
    case exactSHA256(String)
    /// The client left the body unsigned.
    case any
    /// The body comes in chunks; see `ChunkedPayloadDecoder`.
    case chunked(ChunkVerifier)
}
