import Blobs
import Catalog
import ImageSets

/// Moves objects between the tiers: copies their blobs, makes the copies durable, lets the catalog point to them, and
/// frees the packs that nothing points to any more.
///
/// A crash before the catalog's transaction leaves bytes that nothing points to, one after it has moved the objects.
/// Objects that lie where they should are left alone. Not for use from several tasks.
final class TierMover {
    private let datastore: Datastore
    private var writers: [BlobTier: any BlobWriter] = [:]
    private var copies: [Copy] = []
    private var copiedBytes: Int64 = 0
    private var copiedBlobs = 0
    private var failuresInARow = 0

    /// An object whose blobs have been copied.
    private struct Copy: Sendable {
        var object: StoredObjectID
        var tier: BlobTier
        var places: [BlobLocation: BlobLocation]
        var byteCount: Int64
    }

    // What one transaction moves: it holds up other writes for as long.
    private static let objectsAtOnce = 200
    private static let blobsAtOnce = 20_000
    private static let bytesAtOnce: Int64 = 256 << 20
    /// A place that takes nothing any more, a full disk say, is not tried with every object.
    private static let failuresInARowMax = 5

    init(datastore: Datastore) {
        self.datastore = datastore
    }

    /// Moves an object if it is not where the tiers of its image sets ask for; at the latest when finished.
    func move(_ object: StoredObjectID, _ report: inout TierReport) async throws {
        try Task.checkCancellation()
        guard let plan = try await plan(object) else { return }
        do {
            let places = try await copy(plan.blobs, to: plan.tier)
            copies.append(Copy(object: object, tier: plan.tier, places: places, byteCount: plan.byteCount))
            copiedBytes += plan.byteCount
            copiedBlobs += places.count
            failuresInARow = 0
        } catch let error as BlobError where failuresInARow + 1 < Self.failuresInARowMax {
            // An object that was deleted meanwhile is no failure.
            guard try await self.plan(object) != nil else { return }
            failuresInARow += 1
            report.failures.append("object \(object.rawValue): \(error)")
        }
        if copies.count >= Self.objectsAtOnce || copiedBlobs >= Self.blobsAtOnce || copiedBytes >= Self.bytesAtOnce {
            try await commit(&report)
        }
    }

    /// Moves what is still to be moved.
    func finish(_ report: inout TierReport) async throws {
        try await commit(&report)
        await abandon()
    }

    /// Ends without moving the rest.
    func abandon() async {
        copies = []
        for writer in writers.values { await writer.close() }
        writers = [:]
    }

    // MARK: Steps

    private struct Plan: Sendable {
        var tier: BlobTier
        var blobs: [StoredBlob]
        var byteCount: Int64
    }

    private func plan(_ object: StoredObjectID) async throws -> Plan? {
        try await datastore.catalog.read { transaction in
            guard let tier = try transaction.wantedTier(of: object) else { return nil }
            let record = try transaction.storedObject(object)
            guard record.header.pack.tier != tier else { return nil }
            let frames = try transaction.frames(of: object, range: 0..<record.frameCount).enumerated().map {
                StoredBlob(object: object, part: .frame($0), location: $1.location)
            }
            return Plan(tier: tier, blobs: record.blobs(of: object) + frames, byteCount: record.byteCount)
        }
    }

    /// Copies blobs one after the other, a piece at a time; they keep their order.
    private func copy(_ blobs: [StoredBlob], to tier: BlobTier) async throws -> [BlobLocation: BlobLocation] {
        let writer = try await writer(for: tier)
        var places: [BlobLocation: BlobLocation] = [:]
        for blob in blobs where places[blob.location] == nil {
            let bytes = try await datastore.stream(blob)
            if let buffer = bytes.buffer {
                places[blob.location] = try await writer.append(buffer)
            } else {
                places[blob.location] = try await writer.append(length: blob.location.length) { write in
                    try await bytes.write(to: write)
                }
            }
        }
        return places
    }

    private func writer(for tier: BlobTier) async throws -> any BlobWriter {
        if let writer = writers[tier] { return writer }
        let writer = try await datastore.blobs.beginWriting(tier == .archive ? .archive : .own)
        writers[tier] = writer
        return writer
    }

    private func commit(_ report: inout TierReport) async throws {
        guard !copies.isEmpty else { return }
        for writer in writers.values { try await writer.commit() }
        let batch = copies
        let outcome = try await datastore.catalog.write { transaction in try Self.record(batch, in: transaction) }
        copies = []
        (copiedBytes, copiedBlobs) = (0, 0)
        report.movedObjects += outcome.moved.count
        report.movedBytes += outcome.moved.reduce(0) { $0 + $1.byteCount }
        for imageSet in outcome.imageSets { datastore.frameTables.removeAll(of: imageSet) }
        try await datastore.free(outcome.emptied)
    }

    private struct Outcome: Sendable {
        var moved: [Copy] = []
        var imageSets: Set<ImageSetID> = []
        var emptied: [PackID] = []
    }

    /// Lets the catalog point to the copies, but for objects that meanwhile are gone, belong elsewhere or lie elsewhere.
    private static func record(_ copies: [Copy], in transaction: any CatalogWriting) throws -> Outcome {
        var outcome = Outcome()
        let before = try transaction.liveByteCounts()
        for copy in copies where try transaction.wantedTier(of: copy.object) == copy.tier {
            let record = try transaction.storedObject(copy.object)
            let frames = try transaction.frames(of: copy.object, range: 0..<record.frameCount)
            // A compaction may have been there first.
            guard (record.locations + frames.map(\.location)).allSatisfy({ copy.places[$0] != nil }) else { continue }
            try transaction.relocate(copy.object, copy.places)
            outcome.moved.append(copy)
            outcome.imageSets.formUnion(try transaction.imageSets(of: copy.object).map(\.id))
        }
        let after = try transaction.liveByteCounts()
        outcome.emptied = before.keys.filter { after[$0, default: 0] == 0 }
        return outcome
    }
}

extension CatalogReading {
    /// Where the image sets that show an object want its bytes: archived while all of them are. Nil without any.
    fileprivate func wantedTier(of object: StoredObjectID) throws -> BlobTier? {
        let tiers = try imageSets(of: object).map(\.storageTier)
        guard !tiers.isEmpty else { return nil }
        return tiers.contains(.frequentAccess) ? .frequent : .archive
    }
}
