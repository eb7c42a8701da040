import AsyncHTTPClient
public import NIOCore
import NIOHTTP1

extension S3Client {
    /// The size of an object.
    public func headObject(_ key: String, of bucket: String, owner: String? = nil) async throws -> Int64 {
        let response = try await send(S3Request(.HEAD, bucket: bucket, key: key, owner: owner))
        guard let text = response.headers.first(name: "content-length"), let byteCount = Int64(text) else {
            throw S3Error(.invalidAnswer, cause: "an object without Content-Length")
        }
        return byteCount
    }

    /// Hands over an object's bytes in order, or those of a range of it, and answers the object's size.
    ///
    /// A connection that breaks is taken up again where it broke, for as long as the object is the same (its ETag, which
    /// every server gives); `changed` when it is not. What `consume` throws is thrown.
    @discardableResult
    public func read(
        _ key: String, of bucket: String, owner: String? = nil, range: Range<Int64>? = nil,
        _ consume: (ByteBuffer) async throws -> Void
    ) async throws -> Int64 {
        var download = S3Download(range: range)
        var failures = 0
        while true {
            var request = S3Request(.GET, bucket: bucket, key: key, owner: owner)
            request.headers.add(contentsOf: download.headers)
            let response = try await send(request)
            try download.begin(status: Int(response.status.code), headers: response.headers)
            let before = download.offset
            do {
                // A download that is whole need not wait for the end of the connection.
                for try await piece in response.body {
                    let wanted = try download.take(piece)
                    if wanted.readableBytes > 0 {
                        do { try await consume(wanted) } catch { throw ConsumerFailure(cause: error) }
                    }
                }
                try download.finish()
                return download.objectByteCount
            } catch let failure as ConsumerFailure {
                throw failure.cause
            } catch let error as S3Error where error.code != .unavailable {
                throw error
            } catch {
                try Task.checkCancellation()
                // What moved on has not failed yet.
                failures = download.offset > before ? 1 : failures + 1
                guard failures < configuration.retries.maximumAttempts, mayRetry() else {
                    throw S3Error(.unavailable, cause: (error as? S3Error)?.cause ?? Self.cause(of: error))
                }
                try await pause(after: failures)
            }
        }
    }

    /// Puts an object in one request, all of it or nothing.
    public func put(_ bytes: ByteBuffer, to key: String, of bucket: String, owner: String? = nil) async throws {
        var request = S3Request(.PUT, bucket: bucket, key: key, owner: owner)
        request.body = bytes
        _ = try await send(request)
    }

    /// Removes an object, if there is one.
    public func delete(_ key: String, of bucket: String, owner: String? = nil) async throws {
        _ = try await send(S3Request(.DELETE, bucket: bucket, key: key, owner: owner))
    }

    private struct ConsumerFailure: Error {
        let cause: any Error
    }
}
