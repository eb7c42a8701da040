import Blobs
import Catalog

extension Datastore {
    /// Deletes every pack that no stored object refers to: what deletions, moves and crashes left. Answers which.
    @discardableResult
    func freeDeadPacks() async throws -> [PackDescription] {
        // Packs first: one that is made after this look is not judged by an older count.
        let packs = try await blobs.packs()
        let live = try await catalog.read { try $0.liveByteCounts() }
        return try await delete(packs.filter { live[$0.id, default: 0] == 0 })
    }

    /// Deletes packs that no stored object refers to any more, but for open ones; answers which it deleted.
    @discardableResult
    func free(_ packs: [PackID]) async throws -> [PackDescription] {
        guard !packs.isEmpty else { return [] }
        let named = Set(packs)
        return try await delete(try await blobs.packs().filter { named.contains($0.id) })
    }

    private func delete(_ packs: [PackDescription]) async throws -> [PackDescription] {
        let sealed = packs.filter { !$0.isOpen }
        for pack in sealed { try await blobs.delete(pack.id) }
        return sealed
    }
}
