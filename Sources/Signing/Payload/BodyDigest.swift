import Crypto

/// The SHA-256 of a body that passes by in pieces.
public struct BodyDigest: Sendable {
    private var hasher = SHA256()

    /// The digest of nothing yet.
    public init() {}

    /// Takes the next bytes of the body, however they are cut.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { buffer in
            hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
        }
        if isDone == nil {
            Array(bytes).withUnsafeBytes { hasher.update(bufferPointer: $0) }
        }
    }

    /// The digest of all bytes so far, 64 lower-case hexadecimal digits.
    public var hexadecimal: String {
        Hexadecimal.encode(hasher.finalize())
    }

    /// Throws `invalidSignature` unless the bytes so far have that SHA-256, given in hexadecimal of either case.
    public func check(_ expected: String) throws(SignatureError) {
        guard let bytes = Hexadecimal.decode(expected.utf8),
            ConstantTime.areEqual(bytes, Array(hasher.finalize()))
        else { throw .payloadMismatch }
    }

    /// The 32 bytes of the digest so far.
    var bytes: [UInt8] { Array(hasher.finalize()) }
}
