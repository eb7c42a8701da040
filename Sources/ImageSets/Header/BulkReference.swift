import Crypto
public import DICOM

/// A value over the bulk threshold, kept apart from the header of its instance.
public struct BulkReference: Sendable, Hashable {
    /// Which element it is the value of.
    public var path: BulkPath
    /// The element's VR.
    public var vr: VR
    /// The number of bytes.
    public var length: Int
    /// Its name in URLs: 32 lower-case hexadecimal digits.
    public var hash: String

    /// Gathers the parts.
    public init(path: BulkPath, vr: VR, length: Int, hash: String) {
        self.path = path
        self.vr = vr
        self.length = length
        self.hash = hash
    }

    /// The name of the value at `path` of the stored object that `salt` stands for: the first 128 bits of the SHA-256 of
    /// both. It never changes for a stored object, and tells nothing without the salt.
    public static func hash(of path: BulkPath, salt: some Sequence<UInt8>) -> String {
        var digest = SHA256()
        digest.update(data: Array(salt))
        digest.update(data: Array(path.description.utf8))
        return hexadecimal(digest.finalize().prefix(16))
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
