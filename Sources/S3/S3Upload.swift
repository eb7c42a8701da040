import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// An object that is uploaded piece by piece: in one request while it is small, in parts once it is not, so that its
/// size never becomes memory. It becomes visible whole, with ``finish()``, or not at all.
public struct S3Upload {
    private let client: S3Client
    private let bucket: String
    private let key: String
    private var waiting = ByteBuffer()
    private var multipart: (id: String, etags: [String], byteCount: Int64)?

    /// S3 takes no more parts.
    private static let maximumParts = 10_000

    /// Begins an upload; nothing is sent yet.
    public init(to key: String, of bucket: String, client: S3Client) {
        self.client = client
        self.bucket = bucket
        self.key = key
    }

    /// Takes the next bytes.
    public mutating func append(_ bytes: some Collection<UInt8>) async throws {
        waiting.writeBytes(bytes)
        while waiting.readableBytes > client.configuration.partBytes,
            let part = waiting.readSlice(length: client.configuration.partBytes)
        {
            try await send(part)
        }
        waiting.discardReadBytes()
    }

    /// Makes the object visible.
    public mutating func finish() async throws {
        guard multipart != nil else { return try await client.put(waiting, to: key, of: bucket) }
        if waiting.readableBytes > 0 { try await send(waiting) }
        guard let multipart else { return }
        try await complete(multipart.id, multipart.etags, byteCount: multipart.byteCount)
    }

    /// Gives up: parts that were sent are removed.
    public mutating func abort() async throws {
        guard let id = multipart?.id else { return }
        multipart = nil
        var request = S3Request(.DELETE, bucket: bucket, key: key)
        request.parameters = [("uploadId", id)]
        _ = try await client.send(request)
    }

    private mutating func send(_ part: ByteBuffer) async throws {
        if multipart == nil { multipart = (try await create(), [], 0) }
        guard let id = multipart?.id, let number = multipart.map({ $0.etags.count + 1 }), number <= Self.maximumParts
        else { throw S3Error(.refused, cause: "more than \(Self.maximumParts) parts") }
        var request = S3Request(.PUT, bucket: bucket, key: key)
        request.parameters = [("partNumber", "\(number)"), ("uploadId", id)]
        request.body = part
        guard let etag = try await client.send(request).headers.first(name: "etag") else {
            throw S3Error(.invalidAnswer, cause: "a part without ETag")
        }
        multipart?.etags.append(etag)
        multipart?.byteCount += Int64(part.readableBytes)
    }

    private func create() async throws -> String {
        var request = S3Request(.POST, bucket: bucket, key: key)
        request.parameters = [("uploads", "")]
        let document = try await client.document(request, root: "InitiateMultipartUploadResult")
        guard let id = document["UploadId"]?.text, !id.isEmpty else {
            throw S3Error(.invalidAnswer, cause: "an upload without id")
        }
        return id
    }

    /// CompleteMultipartUpload: may answer 200 and an error in the body, and may have been carried out although its
    /// answer was lost.
    private func complete(_ id: String, _ etags: [String], byteCount: Int64) async throws {
        var request = S3Request(.POST, bucket: bucket, key: key)
        request.parameters = [("uploadId", id)]
        request.headers.add(name: "content-type", value: "application/xml")
        let parts = etags.enumerated().map { index, etag in
            "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(Self.escaped(etag))</ETag></Part>"
        }
        request.body = ByteBuffer(
            string: "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                + parts.joined() + "</CompleteMultipartUpload>")
        var attempt = 1
        while true {
            do {
                _ = try await client.document(request, root: "CompleteMultipartUploadResult")
                return
            } catch let error as S3Error where error.code == .unavailable && error.status == 200 {
                guard attempt < client.configuration.retries.maximumAttempts, client.mayRetry() else { throw error }
                try await client.pause(after: attempt)
                attempt += 1
            } catch let error as S3Error where error.serviceCode == "NoSuchUpload" {
                guard try await client.headObject(key, of: bucket) == byteCount else { throw error }
                return
            }
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
