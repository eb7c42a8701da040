/// Takes the framing off an `aws-chunked` body as it arrives, and checks every signature in it.
///
/// The body is a row of chunks, `size;chunk-signature=signature`, CR LF, the data, CR LF, each signed over its data and
/// the signature before it; the last has no data and is followed by trailer fields, where the request announced them.
/// Bytes may come in any fragments. Memory is bounded by the longest line.
///
/// Data is given out before the chunk it belongs to has been checked, since a chunk may be as long as the body. Nothing
/// made of it may be committed before `finish` has returned.
public struct ChunkedPayloadDecoder: Sendable {
    private enum State {
        case header
        case data(remaining: Int, signature: [UInt8])
        case dataEnd(isAfterCarriageReturn: Bool)
        case trailer
        case end
        case plain
    }

    /// The fields behind the last chunk, names in lower case, such as `x-amz-checksum-crc32`. With
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER` they are all that vouches for the data.
    public private(set) var trailers: [(name: String, value: String)] = []

    private var verifier: ChunkVerifier
    private var state: State
    private var failure: SignatureError?
    /// The line that is being read, without its line feed.
    private var line: [UInt8] = []
    private var digest = BodyDigest()
    private var decodedCount = 0
    private var canonicalTrailer: [UInt8] = []
    private var trailerIsVerified = false
    private var emptyLines = 0

    /// A trailer field with a checksum takes about a hundred bytes.
    private static let maximumLineLength = 1_024
    private static let maximumTrailers = 16

    /// A decoder for the body of the request that the verifier came from.
    public init(_ verifier: ChunkVerifier) {
        self.verifier = verifier
        state = verifier.framing == .plain ? .plain : .header
    }

    /// Whether the body turned out not to be in chunks: then only the head of the request is signed.
    public var isPlain: Bool {
        if case .plain = state { true } else { false }
    }

    /// Takes the next bytes of the body and appends what they hold of the payload to `output`.
    ///
    /// Throws `invalidSignature` for a chunk that was changed, `malformedPayload` for bytes that are no chunks; each
    /// later call throws the same.
    public mutating func decode(_ input: some Collection<UInt8>, into output: inout [UInt8]) throws(SignatureError) {
        if let failure { throw failure }
        let isDone: Void? = input.withContiguousStorageIfAvailable { buffer in
            failure = consume(buffer, into: &output)
        }
        if isDone == nil {
            Array(input).withUnsafeBufferPointer { failure = consume($0, into: &output) }
        }
        if let failure { throw failure }
    }

    /// Ends the body: throws unless its last chunk and, where announced, its trailer fields have been seen and are right.
    public mutating func finish(into output: inout [UInt8]) throws(SignatureError) {
        if let failure { throw failure }
        do throws(SignatureError) {
            switch state {
            case .end, .plain:
                break
            case .header where verifier.framing == .undeclared && decodedCount == 0:
                try becomePlain(into: &output)
            case .trailer where line.isEmpty || line == [UInt8(ascii: "\r")]:
                // Some clients leave out the empty line that ends a body.
                if verifier.payloadHash == .streamingSignedTrailer, !trailerIsVerified {
                    throw .malformedPayload("The signature of the trailer is missing.")
                }
            default:
                throw .malformedPayload("The body ends before its last chunk.")
            }
            if let expected = verifier.decodedLength, decodedCount != expected {
                throw .malformedPayload("The payload is not as long as x-amz-decoded-content-length says.")
            }
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func consume(_ input: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) -> SignatureError? {
        do throws(SignatureError) {
            var rest = input[...]
            while !rest.isEmpty {
                switch state {
                case .header, .trailer:
                    try readLine(&rest, into: &output)
                case .data(let remaining, let signature):
                    let piece = rest.prefix(remaining)
                    rest = rest.dropFirst(piece.count)
                    if verifier.payloadHash != .streamingUnsignedTrailer {
                        digest.update(piece)
                    }
                    try append(piece, to: &output)
                    state = .data(remaining: remaining - piece.count, signature: signature)
                    if piece.count == remaining {
                        try endChunk(signature)
                        state = .dataEnd(isAfterCarriageReturn: false)
                    }
                case .dataEnd(let isAfterCarriageReturn):
                    let expected = isAfterCarriageReturn ? UInt8(ascii: "\n") : UInt8(ascii: "\r")
                    guard rest.popFirst() == expected else {
                        throw .malformedPayload("The data of a chunk is longer than its size.")
                    }
                    state = isAfterCarriageReturn ? .header : .dataEnd(isAfterCarriageReturn: true)
                case .end:
                    throw .malformedPayload("Bytes follow the last chunk.")
                case .plain:
                    try append(rest, to: &output)
                    return nil
                }
            }
            return nil
        } catch {
            return error
        }
    }

    private mutating func append(
        _ piece: some Collection<UInt8>, to output: inout [UInt8]
    ) throws(SignatureError) {
        decodedCount += piece.count
        if let expected = verifier.decodedLength, decodedCount > expected {
            throw .malformedPayload("The payload is longer than x-amz-decoded-content-length says.")
        }
        output += piece
    }

    /// Takes bytes up to a line feed, and acts on the line once it is whole.
    private mutating func readLine(
        _ rest: inout Slice<UnsafeBufferPointer<UInt8>>, into output: inout [UInt8]
    ) throws(SignatureError) {
        let piece = rest.prefix(Self.maximumLineLength - line.count).prefix { $0 != UInt8(ascii: "\n") }
        line += piece
        rest = rest.dropFirst(piece.count)
        let isWhole = rest.first == UInt8(ascii: "\n")
        if case .header = state {
            let header = isWhole ? ChunkHeader(line, isSigned: verifier.payloadHash != .streamingUnsignedTrailer) : nil
            if let header {
                rest = rest.dropFirst()
                line.removeAll(keepingCapacity: true)
                try beginChunk(header)
            } else if verifier.framing == .undeclared, decodedCount == 0,
                isWhole || line.count > ChunkHeader.maximumLength
            {
                try becomePlain(into: &output)
            } else if isWhole || line.count >= Self.maximumLineLength {
                throw .malformedPayload("A chunk does not begin with its size and signature.")
            }
        } else if isWhole {
            rest = rest.dropFirst()
            if line.last == UInt8(ascii: "\r") {
                line.removeLast()
            }
            let field = line
            line.removeAll(keepingCapacity: true)
            try readTrailer(field)
        } else if line.count >= Self.maximumLineLength {
            throw .malformedPayload("A trailer field is too long.")
        }
    }

    private mutating func becomePlain(into output: inout [UInt8]) throws(SignatureError) {
        state = .plain
        let first = line
        line = []
        try append(first, to: &output)
    }

    private mutating func beginChunk(_ header: ChunkHeader) throws(SignatureError) {
        digest = BodyDigest()
        if header.size > 0 {
            state = .data(remaining: header.size, signature: header.signature)
        } else {
            try endChunk(header.signature)
            state = .trailer
        }
    }

    private mutating func endChunk(_ signature: [UInt8]) throws(SignatureError) {
        if verifier.payloadHash != .streamingUnsignedTrailer {
            try verifier.check(signature, chunkSHA256: digest.bytes)
        }
    }

    private mutating func readTrailer(_ field: [UInt8]) throws(SignatureError) {
        if field.isEmpty {
            // AWS documents an empty line before the signature of the trailer; SDKs do not write it.
            emptyLines += 1
            if verifier.payloadHash != .streamingSignedTrailer || trailerIsVerified {
                state = .end
            } else if emptyLines > 2 {
                throw .malformedPayload("The signature of the trailer is missing.")
            }
            return
        }
        guard verifier.payloadHash != .streamingSigned, !trailerIsVerified, trailers.count < Self.maximumTrailers,
            let colon = field.firstIndex(of: UInt8(ascii: ":")), colon > 0
        else { throw .malformedPayload("Bytes that are no trailer field follow the last chunk.") }
        let name = field[..<colon].map(\.asciiLowercased)
        let value = field[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
        if name.elementsEqual("x-amz-trailer-signature".utf8) {
            guard verifier.payloadHash == .streamingSignedTrailer,
                let signature = Hexadecimal.decode(value, acceptsUpperCase: false)
            else { throw .malformedPayload("The signature of the trailer is malformed.") }
            try verifier.check(signature, trailer: canonicalTrailer)
            trailerIsVerified = true
        } else {
            canonicalTrailer += name
            canonicalTrailer.append(UInt8(ascii: ":"))
            canonicalTrailer += value
            canonicalTrailer.append(UInt8(ascii: "\n"))
            trailers.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
    }
}
