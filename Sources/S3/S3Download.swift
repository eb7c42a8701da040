import NIOCore
import NIOHTTP1

/// How far a download is, and which request goes on with it: decisions without I/O.
struct S3Download {
    private let range: Range<Int64>?
    /// The place in the object of the next byte to hand over.
    private(set) var offset: Int64
    /// The object's size; 0 until an answer has told it.
    private(set) var objectByteCount: Int64 = 0
    private var etag: String?
    private var hasBegun = false
    /// Bytes of the current answer that were handed over before, from a server that knows no ranges.
    private var skipped: Int64 = 0

    init(range: Range<Int64>?) {
        self.range = range
        offset = range?.lowerBound ?? 0
    }

    private var end: Int64 {
        min(range?.upperBound ?? .max, objectByteCount)
    }

    /// The fields of the next request.
    var headers: HTTPHeaders {
        var headers = HTTPHeaders()
        if offset > 0 || range != nil {
            let last = range.map { "\($0.upperBound - 1)" } ?? ""
            headers.add(name: "range", value: "bytes=\(offset)-\(last)")
        }
        if let etag { headers.add(name: "if-match", value: etag) }
        return headers
    }

    /// Takes the head of an answer.
    mutating func begin(status: Int, headers: HTTPHeaders) throws(S3Error) {
        let total: Int64
        if status == 206 {
            guard let text = headers.first(name: "content-range"), let answer = Self.contentRange(text),
                answer.first == offset
            else { throw S3Error(.invalidAnswer, status: status, cause: "a range that was not asked for") }
            total = answer.total
            skipped = 0
        } else {
            guard let text = headers.first(name: "content-length"), let length = Int64(text), length >= 0 else {
                throw S3Error(.invalidAnswer, status: status, cause: "an object without Content-Length")
            }
            total = length
            skipped = offset
        }
        let found = headers.first(name: "etag")
        if hasBegun {
            guard total == objectByteCount, found == etag else { throw S3Error(.changed, status: status) }
        }
        (hasBegun, objectByteCount, etag) = (true, total, found)
    }

    /// Takes a piece of an answer's body and gives what of it is new.
    mutating func take(_ piece: ByteBuffer) throws(S3Error) -> ByteBuffer {
        var piece = piece
        let known = Int(min(skipped, Int64(piece.readableBytes)))
        piece.moveReaderIndex(forwardBy: known)
        skipped -= Int64(known)
        if Int64(piece.readableBytes) > end - offset {
            guard range != nil else { throw S3Error(.invalidAnswer, cause: "more bytes than the object has") }
            // A server that knows no ranges goes on to the end.
            piece.moveWriterIndex(to: piece.readerIndex + Int(max(end - offset, 0)))
        }
        offset += Int64(piece.readableBytes)
        return piece
    }

    /// Takes the end of an answer; throws `unavailable` when bytes are missing, which can be had with another request.
    func finish() throws(S3Error) {
        guard offset == max(end, range?.lowerBound ?? 0) else {
            throw S3Error(.unavailable, cause: "the answer ended early")
        }
    }

    /// `bytes 5-9/10`.
    private static func contentRange(_ text: String) -> (first: Int64, total: Int64)? {
        guard text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst(6).split(separator: "/")
        let places = parts.first?.split(separator: "-") ?? []
        guard parts.count == 2, places.count == 2, let first = Int64(places[0]), let last = Int64(places[1]),
            let total = Int64(parts[1]), first >= 0, last >= first, total > last
        else { return nil }
        return (first, total)
    }
}
