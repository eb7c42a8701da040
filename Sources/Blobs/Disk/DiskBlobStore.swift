public import Crypto
public import NIOCore

/// Keeps packs as files in a folder of its own, encrypted (Documentation/pack-format.md).
///
/// One store at a time may have a folder open; whoever opens it sees to that (a lock on the data folder). The folder is
/// made with mode 0700 when absent, files with 0600.
public final class DiskBlobStore: BlobStore {
    private let packStore: PackStore

    /// Opens a folder, making it when absent; the folder above must exist. Blocks for one listing of it.
    public init(directory: String, key: SymmetricKey, options: PackOptions = PackOptions()) throws {
        let files: POSIXFileSystem
        do {
            files = try POSIXFileSystem(path: directory)
        } catch {
            throw BlobError(.inputOutput, "the folder of packs cannot be opened", cause: error)
        }
        packStore = try PackStore(files: files, key: key, options: options)
    }

    /// Begins appending.
    public func beginWriting(_ placement: BlobPlacement) async throws -> any BlobWriter {
        try packStore.beginWriting(placement)
    }

    /// Reads a range of a blob: on the caller's thread when it is short and in the page cache, else on a thread that may
    /// wait for the device.
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

    /// Removes a pack's file.
    public func delete(_ pack: PackID) async throws {
        try await packStore.delete(pack)
    }

    /// Closes all files.
    public func close() async throws {
        await packStore.close()
    }
}
