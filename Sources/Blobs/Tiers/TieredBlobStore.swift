public import NIOCore

/// Two blob stores as one: a place for what is read often, and another folder, disk or bucket for what is not.
///
/// A pack's number tells which of them has it (``BlobTier``), so reading costs no look-up, and what is moved has a new
/// location.
public final class TieredBlobStore: BlobStore {
    private let frequent: any BlobStore
    private let archive: any BlobStore

    /// Joins two stores, each of which gives its packs the numbers of its tier (``PackOptions/tier``).
    public init(frequent: any BlobStore, archive: any BlobStore) {
        self.frequent = frequent
        self.archive = archive
    }

    private func store(of pack: PackID) -> any BlobStore {
        switch pack.tier {
        case .frequent: frequent
        case .archive: archive
        }
    }

    /// Begins appending, in the archive when the placement says so.
    public func beginWriting(_ placement: BlobPlacement) async throws -> any BlobWriter {
        switch placement {
        case .own, .shared: try await frequent.beginWriting(placement)
        case .archive: try await archive.beginWriting(placement)
        }
    }

    /// Reads from the tier that the location is of.
    public func read(_ location: BlobLocation, range: Range<UInt64>?) async throws -> ByteBuffer {
        try await store(of: location.pack).read(location, range: range)
    }

    /// The packs of both, those of the archive last.
    public func packs() async throws -> [PackDescription] {
        try await frequent.packs() + archive.packs()
    }

    /// Ends the open pack that writers share, in both.
    public func seal() async {
        await frequent.seal()
        await archive.seal()
    }

    /// Frees a pack of either.
    public func delete(_ pack: PackID) async throws {
        try await store(of: pack).delete(pack)
    }

    /// Closes both, also when one of them fails to.
    public func close() async throws {
        do {
            try await frequent.close()
        } catch {
            try? await archive.close()
            throw error
        }
        try await archive.close()
    }
}
