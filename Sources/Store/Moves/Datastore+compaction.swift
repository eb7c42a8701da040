import Blobs
import Catalog

/// What a compaction did.
public struct CompactionReport: Sendable, Equatable {
    /// Packs whose live bytes were written anew.
    public var rewrittenPacks = 0
    /// Bytes that were written anew.
    public var rewrittenBytes: UInt64 = 0
    /// Packs that were deleted.
    public var deletedPacks = 0
    /// The size of the deleted packs.
    public var freedBytes: UInt64 = 0
    /// Why objects could not be written anew; they stay where they are, and are tried again.
    public var failures: [String] = []

    /// Nothing done.
    public init() {}

    fileprivate mutating func note(_ deleted: [PackDescription]) {
        deletedPacks += deleted.count
        freedBytes += deleted.reduce(0) { $0 + $1.byteCount }
    }
}

extension Datastore {
    /// Gives the space of deleted image sets back to the disk: packs without a live byte are deleted, and of those with
    /// many dead ones the live are written to new packs first.
    ///
    /// Nothing is modified in place: new bytes are durable before the catalog points to them, and the old pack goes when
    /// nothing does any more; readers that hold a place in it find the new one (``StoredBlob``). A crash at any moment
    /// leaves bytes that nothing points to, which the next start frees.
    public func compact() async throws -> CompactionReport {
        var report = CompactionReport()
        if try await wastefulPacks().contains(where: \.isOpen) { await blobs.seal() }
        for pack in try await wastefulPacks() where !pack.isOpen {
            guard try await catalog.read({ try $0.liveByteCounts()[pack.id, default: 0] }) > 0 else { continue }
            let tally = try await rewrite(pack.id)
            report.rewrittenPacks += 1
            report.rewrittenBytes += UInt64(tally.bytes)
            report.failures += tally.failures
            report.note(tally.freedPacks)
        }
        report.note(try await freeDeadPacks())
        return report
    }

    /// Packs at least half of which nothing refers to.
    private func wastefulPacks() async throws -> [PackDescription] {
        let packs = try await blobs.packs()
        let live = try await catalog.read { try $0.liveByteCounts() }
        return packs.filter { $0.byteCount / 2 >= live[$0.id, default: 0] }
    }

    /// Writes what lives in a pack to new packs of its tier.
    private func rewrite(_ pack: PackID) async throws -> MoveTally {
        try await moving { object, transaction in
            let blobs = try transaction.blobs(of: object).filter { $0.location.pack == pack }
            return blobs.isEmpty ? nil : MovePlan(tier: pack.tier, blobs: blobs)
        } _: { mover in
            var last: StoredObjectID?
            while true {
                let objects = try await catalog.read { [last] transaction in
                    try transaction.storedObjects(in: pack, after: last, limit: 64).map(\.id)
                }
                guard let end = objects.last else { return }
                last = end
                for object in objects { try await mover.move(object) }
            }
        }
    }

    /// Runs with a mover, which ends with it.
    func moving(
        _ plan: @escaping ObjectMover.Planning, _ body: (ObjectMover) async throws -> Void
    ) async throws -> MoveTally {
        let mover = ObjectMover(self, plan: plan)
        do {
            try await body(mover)
            try await mover.finish()
        } catch {
            await mover.abandon()
            throw error
        }
        return mover.tally
    }
}

extension Store {
    /// Compacts every data store that is open for use, one after the other.
    public func compact() async throws -> CompactionReport {
        var sum = CompactionReport()
        for record in try await datastores() where record.status == .active {
            let one: CompactionReport
            do {
                one = try await open(record.id).compact()
            } catch let error as StoreError where error.code == .notFound || error.code == .conflict {
                continue  // It is being deleted.
            } catch let error as BlobError where error.code == .closed {
                continue
            }
            sum.rewrittenPacks += one.rewrittenPacks
            sum.rewrittenBytes += one.rewrittenBytes
            sum.deletedPacks += one.deletedPacks
            sum.freedBytes += one.freedBytes
            sum.failures += one.failures
        }
        return sum
    }
}
