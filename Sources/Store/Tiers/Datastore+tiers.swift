import Blobs
import Catalog
import ImageSets

extension Datastore {
    /// Puts image sets that nobody accessed for long enough into ARCHIVE_INSTANT_ACCESS, and moves the bytes of all
    /// objects that are not where the tiers of their image sets ask for.
    ///
    /// The tier is a fact of the catalog; where bytes lie follows it, through moves that each leave a whole catalog
    /// behind. So whatever a crash or a failure cuts off, the next pass takes up.
    func keepTiers() async throws -> TierReport {
        var report = TierReport()
        while true {
            try Task.checkCancellation()
            let archived = try await archiveIdleImageSets(limit: Self.imageSetsAtOnce)
            report.archivedImageSets += archived.count
            try await move(objects(of: archived), &report)
            if archived.count < Self.imageSetsAtOnce { break }
        }
        let end = try await catalog.read { try $0.greatestStoredObject() }.rawValue
        for first in stride(from: 1, through: end, by: Self.objectsAtOnce) {
            try Task.checkCancellation()
            let range = first..<first + Int64(Self.objectsAtOnce)
            try await move(try await catalog.read { try $0.misplacedObjects(range) }, &report)
        }
        try await freeDeadPacks()
        return report
    }

    /// Writes the accesses noted so far, and brings back the bytes of archived image sets that are among them.
    func keepAccesses() async throws -> TierReport {
        var report = TierReport()
        let restored = try await writeAccesses()
        report.restoredImageSets = restored.count
        try await move(objects(of: restored), &report)
        return report
    }

    private static let imageSetsAtOnce = 200
    private static let objectsAtOnce = 10_000

    /// Puts the image sets that were left alone for longest into the archive tier, by the catalog; answers which.
    private func archiveIdleImageSets(limit: Int) async throws -> [ImageSetID] {
        guard let period = configuration.archiveAfter else { return [] }
        let idleSince = Timestamp(
            milliseconds: environment.now().milliseconds - period.components.seconds * 1000)
        return try await catalog.write { [accesses] transaction in
            try transaction.imageSets(notAccessedSince: idleSince, limit: limit).filter { id in
                // An access that is not written yet counts; one that comes later brings the set back.
                guard accesses.latest(of: id) == nil, var imageSet = try transaction.imageSet(id) else { return false }
                imageSet.storageTier = .archiveInstantAccess
                try transaction.update(imageSet)
                return true
            }
        }
    }

    private func objects(of imageSets: [ImageSetID]) async throws -> [StoredObjectID] {
        guard !imageSets.isEmpty else { return [] }
        return try await catalog.read { transaction in try imageSets.flatMap { try transaction.storedObjects(of: $0) } }
    }

    private func move(_ objects: [StoredObjectID], _ report: inout TierReport) async throws {
        guard !objects.isEmpty else { return }
        let tally = try await moving { object, transaction in
            guard let tier = try transaction.wantedTier(of: object),
                try transaction.storedObject(object).header.pack.tier != tier
            else { return nil }
            return MovePlan(tier: tier, blobs: try transaction.blobs(of: object))
        } _: { mover in
            for object in objects { try await mover.move(object) }
        }
        report.movedObjects += tally.objects
        report.movedBytes += tally.bytes
        report.failures += tally.failures
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
