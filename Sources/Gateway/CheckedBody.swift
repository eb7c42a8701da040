import Exchange
import HummingbirdCore
import NIOCore
import Signing

/// What must hold of a body for the signature to cover it.
enum BodyCheck: Sendable {
    /// Nothing: the client left it unsigned.
    case none
    /// It has this SHA-256.
    case hash(String)
    /// Its hash completes what was signed.
    case hashThenVerify(@Sendable (_ hash: String) throws(SignatureError) -> Void)
    /// It comes in signed chunks.
    case chunks(ChunkVerifier)

    init(_ expectation: BodyExpectation) {
        switch expectation {
        case .any: self = .none
        case .exactSHA256(let hash): self = .hash(hash)
        case .chunked(let verifier): self = .chunks(verifier)
        }
    }

    /// How long the body is once its framing is off, where that is not its length on the wire and the client said so.
    var decodedLength: Int? {
        if case .chunks(let verifier) = self { verifier.decodedLength } else { nil }
    }
}

/// Reads a body piece by piece and throws instead of ending when it is not what was signed, or not all there.
///
/// INVARIANT: one task reads a body, one piece after the other, as its iterator demands; so nothing here is ever used
/// from two tasks at once.
final class CheckedBody: @unchecked Sendable {
    private var pieces: HummingbirdCore.RequestBody.AsyncIterator
    private let declaredLength: Int?
    private let check: BodyCheck
    private var count = 0
    private var digest = BodyDigest()
    private var chunks: ChunkedPayloadDecoder?
    private var isDone = false

    init(source: HummingbirdCore.RequestBody, declaredLength: Int?, check: BodyCheck) {
        pieces = source.makeAsyncIterator()
        self.declaredLength = declaredLength
        self.check = check
        if case .chunks(let verifier) = check { chunks = ChunkedPayloadDecoder(verifier) }
    }

    func next() async throws -> ByteBuffer? {
        while !isDone {
            guard let piece = try await nextPiece() else {
                isDone = true
                // The server takes a connection that closes for the end of the body.
                guard declaredLength == nil || declaredLength == count else {
                    throw ExchangeError(.disconnected, "the body ends before its declared length")
                }
                return try finish()
            }
            count += piece.readableBytes
            if let piece = try take(piece) { return piece }
        }
        return nil
    }

    /// The next bytes off the wire. Whatever goes wrong there is the end of the connection.
    private func nextPiece() async throws -> ByteBuffer? {
        do {
            return try await pieces.next()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ExchangeError(.disconnected, "the client went away before the end of its body")
        }
    }

    private func take(_ piece: ByteBuffer) throws -> ByteBuffer? {
        switch check {
        case .none:
            return piece
        case .hash, .hashThenVerify:
            digest.update(piece.readableBytesView)
            return piece
        case .chunks:
            var plain: [UInt8] = []
            plain.reserveCapacity(piece.readableBytes)
            do {
                try chunks?.decode(piece.readableBytesView, into: &plain)
            } catch {
                throw mismatch(error)
            }
            return plain.isEmpty ? nil : ByteBuffer(bytes: plain)
        }
    }

    private func finish() throws -> ByteBuffer? {
        do throws(SignatureError) {
            switch check {
            case .none:
                return nil
            case .hash(let hash):
                try digest.check(hash)
                return nil
            case .hashThenVerify(let verify):
                try verify(digest.hexadecimal)
                return nil
            case .chunks:
                var plain: [UInt8] = []
                try chunks?.finish(into: &plain)
                return plain.isEmpty ? nil : ByteBuffer(bytes: plain)
            }
        } catch {
            throw mismatch(error)
        }
    }

    private func mismatch(_ error: SignatureError) -> ExchangeError {
        ExchangeError(error.code == .malformedPayload ? .malformed : .bodyMismatch, error.message)
    }
}
