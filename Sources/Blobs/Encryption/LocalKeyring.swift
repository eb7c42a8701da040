public import Crypto

/// The service's own key-encryption keys, in a file that only its owner may read.
///
/// Under them stand the data keys of data stores (``makeDataKey(context:)``) and small secrets such as those of access
/// keys (``seal(_:purpose:)``). Whoever has a copy of the disk without this file has nothing: back it up, apart from
/// the data. A keyring that is lost cannot be made again.
///
/// The newest key wraps; older ones unwrap, until everything was wrapped again (``rewrap(_:context:)``).
public struct LocalKeyring: Sendable {
    private let path: String
    private var keys: KeyringFile.Keys

    /// Reads the keyring at a path, and makes one with a fresh key when there is none. Throws `unsafePermissions` when
    /// others than the owner may read it.
    public init(path: String) throws {
        self.path = path
        keys = try KeyringFile.load(path) ?? KeyringFile.create(path)
    }

    /// Adds a fresh key, which wraps from now on. The file holds it before this returns.
    public mutating func addKey() throws {
        let keys = keys.adding(SymmetricKey(size: .bits256))
        try KeyringFile.replace(path, with: keys)
        self.keys = keys
    }

    /// A fresh 256-bit key and its wrapped form, which unwraps only under the same `context`: the data store's id, so
    /// that the key of one data store cannot be passed off as that of another.
    public func makeDataKey(context: String) throws -> (plain: SymmetricKey, wrapped: [UInt8]) {
        let key = SymmetricKey(size: .bits256)
        return (key, try wrap(key, context: context))
    }

    /// The key that was wrapped under a context.
    public func unwrap(_ wrapped: [UInt8], context: String) throws -> SymmetricKey {
        let bytes = try SealedEnvelope.open(wrapped, keys: keys, use: .dataKey, label: context)
        guard bytes.count == 32 else { throw KeyringError(.notAuthentic, "a data key has 32 bytes") }
        return SymmetricKey(data: bytes)
    }

    /// The same data key, wrapped with the newest key.
    public func rewrap(_ wrapped: [UInt8], context: String) throws -> [UInt8] {
        try wrap(unwrap(wrapped, context: context), context: context)
    }

    /// Whether a wrapped data key or sealed secret is already under the newest key.
    public func isCurrent(_ sealed: [UInt8]) -> Bool {
        SealedEnvelope.keyID(of: sealed) == keys.current.id
    }

    /// Encrypts a small secret. It opens only under the same `purpose`.
    public func seal(_ secret: [UInt8], purpose: String) throws -> [UInt8] {
        try SealedEnvelope.seal(secret, key: keys.current, use: .secret, label: purpose)
    }

    /// The secret that was sealed under a purpose.
    public func open(_ sealed: [UInt8], purpose: String) throws -> [UInt8] {
        try SealedEnvelope.open(sealed, keys: keys, use: .secret, label: purpose)
    }

    private func wrap(_ key: SymmetricKey, context: String) throws -> [UInt8] {
        try SealedEnvelope.seal(
            key.withUnsafeBytes { Array($0) }, key: keys.current, use: .dataKey, label: context)
    }
}
