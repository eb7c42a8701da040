/// An `s3://bucket/prefix` address.
public struct S3URI: Sendable, Hashable, CustomStringConvertible {
    /// The bucket's name.
    public var bucket: String
    /// The key or prefix without a leading slash; may be empty.
    public var key: String

    /// An address from its parts.
    public init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// Reads an address; nil when it is none.
    ///
    /// By bytes: a slash that a combining character follows is one `Character` with it, and still a slash.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard bytes.starts(with: "s3://".utf8) else { return nil }
        let parts = bytes.dropFirst(5).split(
            separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false
        ).map { String(decoding: $0, as: UTF8.self) }
        guard let bucket = parts.first, !bucket.isEmpty else { return nil }
        self.bucket = bucket
        self.key = parts.count > 1 ? parts[1] : ""
    }

    /// The address as a folder: an input without trailing slash means that folder, not a string prefix (spec/20).
    public var asFolder: S3URI {
        key.isEmpty || key.utf8.last == UInt8(ascii: "/") ? self : S3URI(bucket: bucket, key: key + "/")
    }

    /// The bucket name that stands for this machine's own files, in jobs that `isocenter import` submits. The API takes
    /// no job that names it.
    public static let localBucket = "local-folder"

    /// The address of a folder of this machine, by its absolute path.
    public static func localFolder(_ path: String) -> S3URI {
        S3URI(bucket: localBucket, key: String(path.drop { $0 == "/" })).asFolder
    }

    /// An address below this folder.
    public func appending(_ path: String) -> S3URI {
        S3URI(bucket: bucket, key: asFolder.key + path)
    }

    /// The address as it is written: `s3://bucket/key`.
    public var description: String {
        "s3://\(bucket)/\(key)"
    }
}
