public import NIOCore

/// The body of a request: read once, in order, at bounded memory.
///
/// The gateway has put the checks that the signature demands behind it: the sequence only ends without an error when the
/// whole body is what the client signed, and all there. So nothing read from a body may be made visible before the
/// sequence has ended.
public struct RequestBody: AsyncSequence, Sendable {
    /// The body comes in pieces of whatever size they arrived in.
    public typealias Element = ByteBuffer

    private enum Source: Sendable {
        case atHand(ByteBuffer)
        case pieces(@Sendable () -> @Sendable () async throws -> ByteBuffer?)
    }

    private let source: Source
    /// The declared length, where the client gave one.
    public let declaredLength: Int?

    /// A body whose pieces come from `next`; nil ends it.
    public init(
        declaredLength: Int?, _ makeSource: @escaping @Sendable () -> @Sendable () async throws -> ByteBuffer?
    ) {
        self.declaredLength = declaredLength
        source = .pieces(makeSource)
    }

    /// A body at hand.
    public init(_ buffer: ByteBuffer) {
        declaredLength = buffer.readableBytes
        source = .atHand(buffer)
    }

    /// The whole body, or `bodyTooLarge` past `limit` bytes.
    public func collect(upTo limit: Int) async throws -> ByteBuffer {
        if let declaredLength, declaredLength > limit {
            throw ExchangeError(.bodyTooLarge, "the body has \(declaredLength) bytes; at most \(limit) are taken")
        }
        if case .atHand(let buffer) = source { return buffer }
        var whole = ByteBuffer()
        for try await var piece in self {
            guard whole.readableBytes + piece.readableBytes <= limit else {
                throw ExchangeError(.bodyTooLarge, "the body has more than \(limit) bytes")
            }
            if whole.readableBytes == 0 {
                whole = piece
            } else {
                whole.writeBuffer(&piece)
            }
        }
        return whole
    }

    /// Begins reading; a body can be read once.
    public func makeAsyncIterator() -> Iterator {
        switch source {
        case .atHand(let buffer): Iterator(atHand: buffer.readableBytes > 0 ? buffer : nil, pieces: nil)
        case .pieces(let makeSource): Iterator(atHand: nil, pieces: makeSource())
        }
    }

    /// Hands the pieces over.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var atHand: ByteBuffer?
        fileprivate let pieces: (@Sendable () async throws -> ByteBuffer?)?

        /// The next piece; nil at the end of a body that is what was signed.
        public mutating func next() async throws -> ByteBuffer? {
            if let pieces { return try await pieces() }
            defer { atHand = nil }
            return atHand
        }
    }
}
