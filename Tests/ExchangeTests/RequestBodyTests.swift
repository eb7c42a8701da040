import Exchange
import NIOCore
import Synchronization
import Testing

struct RequestBodyTests {
    /// A body of these pieces, which fails at its end where told.
    private static func body(_ pieces: [String], declared: Int? = nil, failing: ExchangeError? = nil) -> RequestBody {
        RequestBody(declaredLength: declared) {
            let rest = Mutex(pieces[...])
            return {
                if let piece = rest.withLock({ $0.popFirst() }) { return ByteBuffer(string: piece) }
                if let failing { throw failing }
                return nil
            }
        }
    }

    @Test func piecesAreCollectedUpToTheLimit() async throws {
        #expect(try await Self.body(["ab", "", "cd"]).collect(upTo: 4) == ByteBuffer(string: "abcd"))
        #expect(try await Self.body([]).collect(upTo: 0).readableBytes == 0)
        await #expect(throws: ExchangeError(.bodyTooLarge, "")) { try await Self.body(["ab", "cd"]).collect(upTo: 3) }
    }

    @Test func aDeclaredLengthOverTheLimitIsRefusedUnread() async throws {
        await #expect(throws: ExchangeError(.bodyTooLarge, "")) {
            try await Self.body([], declared: 5, failing: ExchangeError(.disconnected, "")).collect(upTo: 4)
        }
    }

    @Test func aBodyThatIsNotWhatWasSignedIsNotCollected() async throws {
        await #expect(throws: ExchangeError(.bodyMismatch, "")) {
            try await Self.body(["ab"], failing: ExchangeError(.bodyMismatch, "")).collect(upTo: 4)
        }
    }

    @Test func bytesAtHandAreOnePiece() async throws {
        var pieces: [ByteBuffer] = []
        for try await piece in RequestBody(ByteBuffer(string: "ab")) { pieces.append(piece) }
        #expect(pieces == [ByteBuffer(string: "ab")])
        #expect(try await RequestBody(ByteBuffer()).collect(upTo: 0).readableBytes == 0)
    }
}
