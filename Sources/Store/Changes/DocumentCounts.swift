import Catalog
import ImageSets
import Synchronization

/// How long metadata documents are, for the limit of an image set (spec/30: 50 MB).
///
/// Versions carry an upper bound for their instances' part, so that a change of a large set does not read it. Where there
/// is none, or it is over the limit, the document is written and counted once, outside any transaction.
struct DocumentCounts: Sendable {
    private struct Key: Hashable {
        var imageSet: ImageSetID
        var version: Int
    }

    private var counted: [Key: Int] = [:]
    private let limit: Int

    /// The instances' part of a version's document, to be carried on with the next version.
    func carried(from imageSet: ImageSetVersion) -> Int? {
        counted[Key(imageSet: imageSet.imageSet.id, version: imageSet.version.number)] ?? imageSet.version.documentBytes
    }

    init(limit: Int) {
        self.limit = limit
    }

    /// Asks for a count that is not known; the transaction is left, and tried again with it.
    struct Missing: Error {
        let imageSet: ImageSetVersion
    }

    mutating func note(_ bytes: Int, of imageSet: ImageSetVersion) {
        counted[Key(imageSet: imageSet.imageSet.id, version: imageSet.version.number)] = bytes
    }

    /// No less than the bytes of a version's document; exact where the bound came near the limit.
    func documentBytes(of imageSet: ImageSetVersion, in transaction: any CatalogReading) throws -> Int {
        if let bytes = counted[Key(imageSet: imageSet.imageSet.id, version: imageSet.version.number)] { return bytes }
        // Levels are small and read by every change anyway; 8 covers the longest keyword per shortest element.
        let references = imageSet.version.levels
        let levels = try references.all.reduce(0) { $0 + 8 * (try transaction.level($1).count) }
        guard let instances = imageSet.version.documentBytes, instances + levels < limit * 3 / 4 else {
            throw Missing(imageSet: imageSet)
        }
        return instances + levels
    }
}

extension Datastore {
    /// Runs a transaction that needs to know how long documents are.
    func counting<Value: Sendable>(
        _ body: @escaping @Sendable (DocumentCounts, any CatalogWriting) throws -> Value
    ) async throws -> Value {
        var counts = DocumentCounts(limit: configuration.quotas.metadataBytes)
        while true {
            do {
                return try await announcing { [counts] transaction in try body(counts, transaction) }
            } catch let missing as DocumentCounts.Missing {
                counts.note(try await documentByteCount(of: missing.imageSet), of: missing.imageSet)
            }
        }
    }
}
