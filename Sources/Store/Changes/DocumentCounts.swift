import Catalog
import ImageSets

/// How long metadata documents are, for the limit of an image set (spec/30: 50 MB).
///
/// Versions carry an upper bound for their instances' part, so that a change of a large set does not read it: exact until
/// something is updated, copied or replaced. Where it is not known to be, and the limit depends on it, the instances are
/// counted once, outside any transaction.
struct DocumentCounts: Sendable {
    private var counted: [DocumentSizes.Key: Int] = [:]
    private var countedInstances: [InstanceID: Int] = [:]
    private let sizes: DocumentSizes
    let limit: Int

    init(limit: Int, sizes: DocumentSizes) {
        self.limit = limit
        self.sizes = sizes
    }

    /// Asks for counts that are not known; the transaction is left, and tried again with them.
    struct Missing: Error {
        var imageSets: [ImageSetVersion] = []
        var instances: [InstanceRecord] = []

        var isEmpty: Bool { imageSets.isEmpty && instances.isEmpty }
    }

    mutating func note(_ bytes: Int, of imageSet: ImageSetVersion) {
        counted[Self.key(imageSet)] = bytes
        sizes.note(bytes, of: Self.key(imageSet))
    }

    mutating func note(_ bytes: Int, of instance: InstanceRecord) {
        countedInstances[instance.id] = bytes
    }

    private static func key(_ imageSet: ImageSetVersion) -> DocumentSizes.Key {
        DocumentSizes.Key(imageSet: imageSet.imageSet.id, version: imageSet.version.number)
    }

    /// What is known of the instances of a version.
    func instanceBytes(of imageSet: ImageSetVersion) -> InstanceBytes {
        let key = Self.key(imageSet)
        if let bytes = counted[key] ?? sizes.bytes(of: key) { return InstanceBytes(bytes: bytes, isExact: true) }
        return InstanceBytes(bytes: imageSet.version.documentBytes, isExact: false)
    }

    /// What instances take together; nil where one of them was not counted.
    func bytes(of instances: [InstanceRecord]) -> Int? {
        var sum = 0
        for instance in instances {
            guard let bytes = countedInstances[instance.id] else { return nil }
            sum += bytes
        }
        return sum
    }

    /// The instances' part of a version's document, to be carried on with the next version.
    func carried(from imageSet: ImageSetVersion) -> Int? {
        instanceBytes(of: imageSet).bytes
    }

    /// Whether a document with the levels of the first set, the instances of all and `growth` more bytes is within the
    /// limit; exact where the bounds of their instances say that it is not.
    func admits(_ imageSets: [ImageSetVersion], growth: Int, in transaction: any CatalogReading) throws -> Bool {
        if try boundsAdmit(imageSets, growth: growth, in: transaction) { return true }
        let missing = Missing(imageSets: imageSets.filter { !instanceBytes(of: $0).isExact })
        guard missing.isEmpty else { throw missing }
        return false
    }

    /// The same of the instances of `standing` and those of `source` that are named; of all where none is.
    func admits(
        _ standing: ImageSetVersion, adding named: Set<String>?, of source: ImageSetVersion,
        in transaction: any CatalogReading
    ) throws -> Bool {
        guard let named else { return try admits([standing, source], growth: 0, in: transaction) }
        if try boundsAdmit([standing, source], growth: 0, in: transaction) { return true }
        let added = try named.sorted().compactMap {
            try transaction.instance($0, of: source.imageSet.id, version: source.version.number)
        }
        guard let growth = bytes(of: added) else { throw Missing(instances: added) }
        return try admits([standing], growth: growth, in: transaction)
    }

    private func boundsAdmit(
        _ imageSets: [ImageSetVersion], growth: Int, in transaction: any CatalogReading
    ) throws -> Bool {
        guard let first = imageSets.first else { return growth <= limit }
        let known = imageSets.compactMap { instanceBytes(of: $0).bytes }
        guard known.count == imageSets.count else { return false }
        let levels = MetadataDocument.byteCount(of: try transaction.levels(first.version.levels))
        return known.reduce(levels + growth, +) <= limit
    }
}

extension Datastore {
    /// Runs a transaction that needs to know how long documents are.
    func counting<Value: Sendable>(
        _ body: @escaping @Sendable (DocumentCounts, any CatalogWriting) throws -> Value
    ) async throws -> Value {
        var counts = documentCounts
        while true {
            do {
                return try await announcing { [counts] transaction in try body(counts, transaction) }
            } catch let missing as DocumentCounts.Missing {
                try await count(missing, into: &counts)
            }
        }
    }

    /// What is known of documents before anything has been counted for a change.
    var documentCounts: DocumentCounts {
        DocumentCounts(limit: configuration.quotas.metadataBytes, sizes: documentSizes)
    }

    /// Counts what a transaction asked for. Versions that are not the latest any more are left out: it will not ask again.
    func count(_ missing: DocumentCounts.Missing, into counts: inout DocumentCounts) async throws {
        for instance in missing.instances {
            let bytes = try await unlessChanged(instance.imageSet) { try await documentByteCount(of: instance) }
            if let bytes { counts.note(bytes, of: instance) }
        }
        for found in missing.imageSets {
            let bytes = try await unlessChanged(found.imageSet.id, since: found.version.number) {
                try await instanceByteCount(of: found)
            }
            if let bytes { counts.note(bytes, of: found) }
        }
    }

    /// What a reading answers; nil when it failed for an image set that has been deleted, or has gone on, meanwhile.
    private func unlessChanged(
        _ imageSet: ImageSetID, since version: Int? = nil, _ read: () async throws -> Int
    ) async throws -> Int? {
        do {
            return try await read()
        } catch {
            let found = try await catalog.read { try $0.imageSet(imageSet) }
            guard let found, version == nil || found.latestVersion == version else { return nil }
            throw error
        }
    }
}
