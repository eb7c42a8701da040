import Foundation
import NIOHTTP1

extension S3Client {
    /// Finds out that a bucket is there, may be read and, where `owner` is given, is that account's.
    public func headBucket(_ bucket: String, owner: String? = nil) async throws {
        do {
            _ = try await send(S3Request(.HEAD, bucket: bucket, owner: owner))
        } catch let error as S3Error where error.code == .noSuchKey {
            throw S3Error(.noSuchBucket, status: error.status, requestID: error.requestID)
        }
    }

    /// One page of the objects whose keys begin with `prefix` (ListObjectsV2); `token` is that of the page before.
    ///
    /// S3 lists in byte order of key; not every server does.
    public func list(
        _ bucket: String, prefix: String, owner: String? = nil, after token: String? = nil
    ) async throws -> S3Page {
        var request = S3Request(.GET, bucket: bucket, owner: owner)
        request.parameters = [("list-type", "2"), ("prefix", prefix), ("encoding-type", "url"), ("max-keys", "1000")]
        if let token { request.parameters.append(("continuation-token", token)) }
        do {
            return try S3Page(try await document(request, root: "ListBucketResult"))
        } catch let error as S3Error where error.code == .noSuchKey {
            throw S3Error(.noSuchBucket, status: error.status, requestID: error.requestID)
        }
    }
}

/// A page of a listing.
public struct S3Page: Sendable {
    /// One object.
    public struct Object: Sendable, Hashable {
        /// The whole key.
        public var key: String
        /// Its size.
        public var byteCount: Int64
    }

    /// The objects of this page.
    public var objects: [Object]
    /// What asks for the next page; nil on the last.
    public var nextToken: String?

    init(_ document: XMLNode) throws(S3Error) {
        let isEncoded = document["EncodingType"]?.text == "url"
        objects = []
        for entry in document.all("Contents") {
            guard let text = entry["Key"]?.text, let key = isEncoded ? Self.decode(text) : text, !key.utf8.contains(0),
                let byteCount = entry["Size"].flatMap({ Int64($0.text) }), byteCount >= 0
            else { throw S3Error(.invalidAnswer, cause: "an entry of a listing without key or size") }
            objects.append(Object(key: key, byteCount: byteCount))
        }
        guard document["IsTruncated"]?.text == "true" else { return }
        guard let token = document["NextContinuationToken"]?.text, !token.isEmpty else {
            throw S3Error(.invalidAnswer, cause: "a listing goes on but says not how")
        }
        nextToken = token
    }

    /// A key in the URL encoding of S3, where a space is a plus.
    private static func decode(_ text: String) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }
}
