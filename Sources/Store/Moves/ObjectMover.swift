import Blobs
import Catalog
import ImageSets

/// Moves blobs of stored objects, to the other tier or out of wasteful packs: copies them, makes the copies durable, lets
/// the catalog point to them, and frees the packs that nothing points to any more.
///
/// A crash before the catalog's transaction leaves bytes that nothing points to, one after it has moved the objects.
/// Readers that hold an old place find the new one by themselves (``StoredBlob``). Not for use from several tasks.
final class ObjectMover {
    /// What of an object has to be moved, and to which tier; nil when it lies where it should, or is gone.
    typealias Planning = @Sendable (StoredObjectID, any CatalogReading) throws -> MovePlan?

    private let datastore: Datastore
    private let plan: Planning
    private var writers: [BlobTier: any BlobWriter] = [:]
    private var copies: [Copy] = []
    private var copiedBytes: Int64 = 0
    private var copiedBlobs = 0
    private var failuresInARow = 0
    /// What was done so far.
    private(set) var tally = MoveTally()

    /// An object whose blobs have been copied.
    private struct Copy: Sendable {
        var object: StoredObjectID
        var plan: MovePlan
        var places: [BlobLocation: BlobLocation]
    }

    // What one transaction moves: it holds up other writes for as long.
    private static let objectsAtOnce = 200
    private static let blobsAtOnce = 20_000
    private static let bytesAtOnce: Int64 = 256 << 20
    /// A place that takes nothing any more, a full disk say, is not tried with every object.
    private static let failuresInARowMax = 5

    init(_ datastore: Datastore, plan: @escaping Planning) {
        self.datastore = datastore
        self.plan = plan
    }

    /// Moves an object, if there is something to move; at the latest when finished.
    func move(_ object: StoredObjectID) async throws {
        try Task.checkCancellation()
        guard let plan = try await currentPlan(object) else { return }
        do {
            let places = try await copy(plan)
            copies.append(Copy(object: object, plan: plan, places: places))
            copiedBytes += plan.byteCount
            copiedBlobs += places.count
            failuresInARow = 0
        } catch let error as BlobError where failuresInARow + 1 < Self.failuresInARowMax {
            // An object that was deleted meanwhile is no failure.
            guard try await currentPlan(object) != nil else { return }
            failuresInARow += 1
            tally.failures.append("object \(object.rawValue): \(error)")
        }
        if copies.count >= Self.objectsAtOnce || copiedBlobs >= Self.blobsAtOnce || copiedBytes >= Self.bytesAtOnce {
            try await commit()
        }
    }

    /// Moves what is still to be moved.
    func finish() async throws {
        try await commit()
        await abandon()
    }

    /// Ends without moving the rest.
    func abandon() async {
        copies = []
        for writer in writers.values { await writer.close() }
        writers = [:]
    }

    // MARK: Steps

    private func currentPlan(_ object: StoredObjectID) async throws -> MovePlan? {
        try await datastore.catalog.read { [plan] in try plan(object, $0) }
    }

    /// Copies blobs one after the other, a piece at a time; they keep their order.
    private func copy(_ plan: MovePlan) async throws -> [BlobLocation: BlobLocation] {
        let writer = try await writer(for: plan.tier)
        var places: [BlobLocation: BlobLocation] = [:]
        for blob in plan.blobs where places[blob.location] == nil {
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

    private func commit() async throws {
        guard !copies.isEmpty else { return }
        for writer in writers.values { try await writer.commit() }
        let (batch, plan) = (copies, plan)
        let outcome = try await datastore.catalog.write { transaction in
            try Self.record(batch, plan, in: transaction)
        }
        copies = []
        (copiedBytes, copiedBlobs) = (0, 0)
        tally.objects += outcome.moved.count
        tally.bytes += outcome.moved.reduce(0) { $0 + $1.plan.byteCount }
        for imageSet in outcome.imageSets { datastore.frameTables.removeAll(of: imageSet) }
        tally.freedPacks += try await datastore.free(outcome.emptied)
    }

    private struct Outcome: Sendable {
        var moved: [Copy] = []
        var imageSets: Set<ImageSetID> = []
        var emptied: [PackID] = []
    }

    /// Lets the catalog point to the copies, but for objects of which meanwhile something else is to be moved, or nothing.
    private static func record(
        _ copies: [Copy], _ plan: Planning, in transaction: any CatalogWriting
    ) throws -> Outcome {
        var outcome = Outcome()
        let before = try transaction.liveByteCounts()
        for copy in copies where try plan(copy.object, transaction)?.isSameMove(as: copy.plan) == true {
            try transaction.relocate(copy.object, copy.places)
            outcome.moved.append(copy)
            outcome.imageSets.formUnion(try transaction.imageSets(of: copy.object).map(\.id))
        }
        let after = try transaction.liveByteCounts()
        outcome.emptied = before.keys.filter { after[$0, default: 0] == 0 }
        return outcome
    }
}

/// Which blobs of an object are to be moved.
struct MovePlan: Sendable {
    /// Where to.
    var tier: BlobTier
    var blobs: [StoredBlob]
    /// How many bytes they have.
    var byteCount: Int64 { blobs.reduce(0) { $0 + Int64($1.location.length) } }

    /// Whether the same bytes go to the same tier.
    func isSameMove(as other: MovePlan) -> Bool {
        tier == other.tier && blobs.map(\.location) == other.blobs.map(\.location)
    }
}

/// What moves have done.
struct MoveTally: Sendable {
    var objects = 0
    var bytes: Int64 = 0
    /// The packs that were freed.
    var freedPacks: [PackDescription] = []
    /// Why objects could not be moved; they stay where they are, can be read there, and are tried again.
    var failures: [String] = []
}

extension CatalogReading {
    /// Every blob of an object, frames last.
    func blobs(of object: StoredObjectID) throws -> [StoredBlob] {
        let record = try storedObject(object)
        let frames = try frames(of: object, range: 0..<record.frameCount).enumerated().map {
            StoredBlob(object: object, part: .frame($0), location: $1.location)
        }
        return record.blobs(of: object) + frames
    }
}
