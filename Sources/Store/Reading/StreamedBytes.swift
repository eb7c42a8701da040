import Blobs
public import NIOCore
import Synchronization

/// Bytes of known number: at hand when they are few, else read piece by piece while they are taken.
public struct StreamedBytes: Sendable {
    /// How many there are.
    public let length: Int
    /// All of them, where they are at hand.
    public let buffer: ByteBuffer?
    private let body: @Sendable (_ take: (ByteBuffer) async throws -> Void) async throws -> Void

    /// Bytes that `body` hands over.
    init(
        length: Int, _ body: @escaping @Sendable (_ take: (ByteBuffer) async throws -> Void) async throws -> Void
    ) {
        self.length = length
        self.buffer = nil
        self.body = body
    }

    /// Bytes at hand.
    init(_ buffer: ByteBuffer) {
        length = buffer.readableBytes
        self.buffer = buffer
        body = { take in try await take(buffer) }
    }

    /// All of them in memory, for what is decoded.
    func collect() async throws -> [UInt8] {
        if let buffer { return Array(buffer.readableBytesView) }
        let bytes = Mutex<[UInt8]>([])
        try await body { piece in bytes.withLock { $0 += Array(piece.readableBytesView) } }
        return bytes.withLock { $0 }
    }

    /// Hands the pieces over in order.
    public func write(to take: (ByteBuffer) async throws -> Void) async throws {
        try await body(take)
    }
}

extension Datastore {
    /// Blobs up to this size are read at once; longer ones (videos, large values) piece by piece.
    private static let wholeReadLimit: UInt64 = 16 << 20

    /// A blob from one of its bytes on. The first piece is read now, so that a missing blob is an error and not a cut
    /// answer.
    func stream(_ blob: StoredBlob, from first: UInt64 = 0) async throws -> StreamedBytes {
        let length = blob.location.length
        if length - first <= Self.wholeReadLimit {
            return StreamedBytes(try await read(blob, range: first..<length))
        }
        let step: UInt64 = 1 << 20
        let head = try await read(blob, range: first..<first + step)
        return StreamedBytes(length: Int(length - first)) { [self] take in
            try await take(head)
            for start in stride(from: first + step, to: length, by: Int(step)) {
                try await take(try await read(blob, range: start..<min(start + step, length)))
            }
        }
    }
}
