public import Crypto
public import NIOCore

/// Keeps packs as byte arrays for the life of the store, in the same format and under the same encryption as
/// ``DiskBlobStore``: for tests, and for a server that keeps nothing.
public final class MemoryBlobStore: BlobStore {
    private let packStore: PackStore

    /// Makes an empty store. Without a key it draws one, which nobody ever needs to know.
    public init(key: SymmetricKey = SymmetricKey(size: .bits256), options: PackOptions = PackOptions()) throws {
        packStore = try PackStore(files: MemoryFileSystem(), key: key, options: options)
    }

    /// Begins appending.
    public func beginWriting(_ placement: BlobPlacement) async throws -> any BlobWriter {
        try packStore.beginWriting(placement)
    }

    /// Reads a range of a blob.
    public func read(_ location: BlobLocation, range: Range<UInt64>?) async throws -> ByteBuffer {
        try await packStore.read(location, range: range)
    }

    /// Every pack, by age.
    public func packs() async throws -> [PackDescription] {
        try await packStore.packs()
    }

    /// Ends the open pack that writers share.
    public func seal() async {
        await packStore.shared.seal(in: packStore)
    }

    /// Frees a pack's bytes.
    public func delete(_ pack: PackID) async throws {
        try await packStore.delete(pack)
    }

    /// Refuses everything afterwards.
    public func close() async throws {
        await packStore.close()
    }
}
