import Catalog
import DICOM
public import ImageSets

extension Datastore {
    /// Copies instances of an image set to a new one, to another one, or into the primary hierarchy: one transaction.
    /// Stored bytes are shared, never read.
    ///
    /// The answer shows both sets as the service does while it works. Sets that do not go together leave a version in
    /// COPY_FAILED on the destination; what cannot be promoted is `conflict` and leaves nothing.
    public func copyImageSet(_ id: ImageSetID, _ copy: ImageSetCopy) async throws -> ImageSetCopy.Answer {
        guard !copy.promotesToPrimary || copy.destination == nil else {
            throw StoreError(.invalid, "promoteToPrimary and destinationImageSet cannot be given together")
        }
        guard copy.destination?.imageSet != id else {
            throw StoreError(.invalid, "An image set cannot be copied to itself")
        }
        let selection = try copy.copiableAttributes.map { text in
            try refusing { try ChangeDocument(text.utf8, member: "copiableAttributes") }
        }
        return try await changes.run(.copy) {
            let made = try await counting { counts, transaction in
                let now = self.environment.now()
                let made = try self.perform(copy, of: id, selection, counts, at: now, in: transaction)
                try self.announce(made, at: now, in: transaction)
                return made
            }
            if let replaced = made.replaced {
                documents.remove(replaced.id)
                frameTables.removeAll(of: replaced.id)
            }
            return ImageSetCopy.Answer(
                source: made.source.shown(as: .copyingWithReadOnlyAccess),
                destination: made.destination.shown(as: .copying))
        }
    }

    private struct Made: Sendable {
        var source: ImageSetVersion
        var destination: ImageSetVersion
        /// The image set that the destination took the place of.
        var replaced: ImageSetRecord?
    }

    private func announce(_ made: Made, at instant: Timestamp, in transaction: any CatalogWriting) throws {
        let source = made.source
        try announce(
            source.imageSet.id, version: source.version.number, isPrimary: source.version.isPrimary,
            .copyingWithReadOnlyAccess, at: instant, in: transaction)
        try announce(
            made.destination, after: .copying, copiedFrom: source.imageSet.id, at: instant, in: transaction)
        if let replaced = made.replaced { try announceDeletion(of: replaced, at: instant, in: transaction) }
    }

    private func perform(
        _ copy: ImageSetCopy, of id: ImageSetID, _ selection: ChangeDocument?, _ counts: DocumentCounts,
        at instant: Timestamp, in transaction: any CatalogWriting
    ) throws -> Made {
        let source = try changeable(id, latestVersion: copy.sourceVersion, in: transaction)
        let chosen = try refusing {
            try selection.map {
                try CopySelection($0, seriesInstanceUID: source.imageSet.attributes.grouping.seriesInstanceUID)
            } ?? .all
        }
        try check(chosen, of: source, in: transaction)
        let step = CopyStep(
            source: source, selection: chosen, isForced: copy.isForced, counts: counts,
            instant: instant, transaction: transaction)
        if let destination = copy.destination {
            let standing = try changeable(
                destination.imageSet, latestVersion: destination.latestVersion, in: transaction)
            return Made(source: source, destination: try step.add(to: standing))
        }
        let newID = ImageSetID(environment.random128())
        guard copy.promotesToPrimary else {
            return Made(source: source, destination: try step.make(newID))
        }
        let (promoted, replaced) = try step.promote(as: newID)
        if let replaced {
            try transaction.setTags([:], of: resourceName(of: replaced.id))
        }
        return Made(source: source, destination: promoted, replaced: replaced)
    }

    /// The instances named are there, and not too many frames are copied.
    private func check(
        _ selection: CopySelection, of source: ImageSetVersion, in transaction: any CatalogReading
    ) throws {
        let (id, version) = (source.imageSet.id, source.version.number)
        var frames = 0
        if let instances = selection.instances {
            for uid in instances {
                guard let instance = try transaction.instance(uid, of: id, version: version) else {
                    throw StoreError(
                        .invalid, "The source image set does not have an Instance that copiableAttributes names")
                }
                frames += try transaction.storedObject(instance.object).frameCount
            }
        } else {
            frames = try transaction.frameCount(of: id, version: version)
        }
        guard frames <= configuration.quotas.framesPerCopy else {
            throw StoreError(
                .quotaExceeded, "A copy can have at most \(configuration.quotas.framesPerCopy) frames, not \(frames)")
        }
    }
}
