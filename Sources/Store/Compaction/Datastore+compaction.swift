import Blobs
import Catalog
import NIOCore

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

    /// Nothing done.
    public init() {}
}

extension Datastore {
    /// Gives the space of deleted image sets back to the disk: packs without a live byte are deleted, and of those with
    /// many dead ones the live are written to new packs first.
    ///
    /// Nothing is modified in place: new bytes are durable before the catalog points to them, and the old pack goes when
    /// nothing does any more and readers have had `grace` to finish. A crash at any moment leaves bytes that nothing
    /// points to, which the next start frees. One compaction at a time.
    public func compact(grace: Duration) async throws -> CompactionReport {
        var report = CompactionReport()
        if try await wastefulPacks().contains(where: \.isOpen) { await blobs.seal() }
        for pack in try await wastefulPacks() where !pack.isOpen {
            guard try await catalog.read({ try $0.liveByteCounts()[pack.id, default: 0] }) > 0 else { continue }
            report.rewrittenBytes += try await rewrite(pack.id)
            report.rewrittenPacks += 1
        }
        if report.rewrittenPacks > 0 {
            // Places read before lead to the old packs until these are gone; new ones must not be learnt from memory.
            frameTables.removeAll()
            try await Task.sleep(for: grace)
            frameTables.removeAll()
        }
        // Packs first: one that is made after this look is not judged by an older count.
        let packs = try await blobs.packs()
        let live = try await catalog.read { try $0.liveByteCounts() }
        for pack in packs where !pack.isOpen && live[pack.id, default: 0] == 0 {
            try await blobs.delete(pack.id)
            report.deletedPacks += 1
            report.freedBytes += pack.byteCount
        }
        return report
    }

    /// Packs at least half of which nothing refers to.
    private func wastefulPacks() async throws -> [PackDescription] {
        let packs = try await blobs.packs()
        let live = try await catalog.read { try $0.liveByteCounts() }
        return packs.filter { $0.byteCount / 2 >= live[$0.id, default: 0] }
    }

    /// Writes what lives in a pack to new packs, a few objects at a time; answers how many bytes.
    private func rewrite(_ pack: PackID) async throws -> UInt64 {
        let writer = try await blobs.beginWriting(pack.tier == .archive ? .archive : .own)
        do {
            let bytes = try await rewrite(pack, with: writer)
            await writer.close()
            return bytes
        } catch {
            await writer.close()
            throw error
        }
    }

    private func rewrite(_ pack: PackID, with writer: any BlobWriter) async throws -> UInt64 {
        var last: StoredObjectID?
        var bytes: UInt64 = 0
        while true {
            let objects = try await catalog.read { [last] transaction in
                try transaction.storedObjects(in: pack, after: last, limit: 64).map { object in
                    let frames = try transaction.frames(of: object.id, range: 0..<object.record.frameCount)
                    return (object.id, (object.record.locations + frames.map(\.location)).filter { $0.pack == pack })
                }
            }
            guard let end = objects.last?.0 else { return bytes }
            last = end
            var moves: [StoredObjectID: [BlobLocation: BlobLocation]] = [:]
            for (id, locations) in objects {
                for location in locations {
                    moves[id, default: [:]][location] = try await copy(location, with: writer)
                    bytes += location.length
                }
            }
            try await writer.commit()
            try await catalog.write { [moves] transaction in
                for (id, moves) in moves {
                    do {
                        try transaction.relocate(id, moves)
                    } catch let error as CatalogError where error.code == .missing {
                        // It went with its image set meanwhile; its new bytes are dead at birth.
                    }
                }
            }
        }
    }

    private func copy(_ location: BlobLocation, with writer: any BlobWriter) async throws -> BlobLocation {
        let step: UInt64 = 4 << 20
        guard location.length > step else { return try await writer.append(try await blobs.read(location)) }
        return try await writer.append(length: location.length) { [blobs] write in
            var start: UInt64 = 0
            while start < location.length {
                let end = min(start + step, location.length)
                try await write(try await blobs.read(location, range: start..<end))
                start = end
            }
        }
    }
}

extension Store {
    /// Compacts every data store that is open for use, one after the other.
    public func compact(grace: Duration) async throws -> CompactionReport {
        var sum = CompactionReport()
        for record in try await datastores() where record.status == .active {
            let one: CompactionReport
            do {
                one = try await open(record.id).compact(grace: grace)
            } catch let error as StoreError where error.code == .notFound || error.code == .conflict {
                continue  // It is being deleted.
            } catch let error as BlobError where error.code == .closed {
                continue
            }
            sum.rewrittenPacks += one.rewrittenPacks
            sum.rewrittenBytes += one.rewrittenBytes
            sum.deletedPacks += one.deletedPacks
            sum.freedBytes += one.freedBytes
        }
        return sum
    }
}
