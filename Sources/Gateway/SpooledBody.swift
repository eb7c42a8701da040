import DICOM
import Exchange
import NIOCore
import Store
import Synchronization

/// A request's body that was taken in whole, at bounded memory, and can then be read.
struct SpooledBody: Sendable {
    private let content: any RandomAccessBytes

    private static let pieceLength = 256 << 10

    /// Reads a body to its end; `bodyTooLarge` past `limit` bytes.
    init(_ source: RequestBody, directory: String, limit: Int64) async throws {
        let tooLarge = ExchangeError(.bodyTooLarge, "the body has more than \(limit) bytes")
        if let length = source.declaredLength, Int64(length) > limit { throw tooLarge }
        let spool = Spool(directory: directory)
        for try await piece in source {
            guard Int64(spool.count + piece.readableBytes) <= limit else { throw tooLarge }
            try spool.append(piece)
        }
        content = try spool.finish()
    }

    /// The body, to be read once more.
    var body: RequestBody {
        let content = content
        return RequestBody(declaredLength: content.count) {
            let place = Mutex(0)
            return {
                let range = place.withLock { place in
                    let start = place
                    place = min(place + Self.pieceLength, content.count)
                    return start..<place
                }
                guard !range.isEmpty else { return nil }
                return ByteBuffer(bytes: try content.read(at: range.lowerBound, count: range.count))
            }
        }
    }
}
