import Blobs
import Catalog
import DICOM
import ImageSets
import NIOCore

/// What an ingest comes from, which decides where its bytes lie.
public enum IngestSource: Sendable {
    /// An import job: packs of its own, for locality.
    case job
    /// A single request: the open pack that requests share, and its syncs with it.
    case request
}

/// What became of the instances of an ingest, in their order.
public typealias IngestOutcomes = [Result<IngestOutcome, ImportRejection>]

extension Datastore {
    /// Begins an ingest.
    public func beginIngest(for source: IngestSource) async throws -> IngestSession {
        IngestSession(self, writer: try await blobs.beginWriting(source == .job ? .own : .shared))
    }

    /// Puts staged instances into image sets in one transaction, together with what `also` writes.
    ///
    /// Image sets under change are waited for: ingest never fails or makes a non-primary set because of one (spec/20).
    func commit<Result: Sendable>(
        _ staged: [StagedInstance],
        also: @Sendable (_ transaction: any CatalogWriting, _ outcomes: IngestOutcomes) throws -> Result
    ) async throws -> Result {
        var wait = Duration.milliseconds(2)
        var counts = documentCounts
        while true {
            let now = environment.now()
            do {
                let (result, sizes) = try await announcing { [environment, counts] transaction in
                    let ingested = try IngestCommit(
                        instant: now, random128: environment.random128, counts: counts, transaction: transaction
                    ).apply(staged)
                    try self.announce(ingested.outcomes.compactMap { try? $0.get() }, at: now, in: transaction)
                    return (try also(transaction, ingested.outcomes), ingested.documentSizes)
                }
                for (key, bytes) in sizes { documentSizes.note(bytes, of: key) }
                return result
            } catch let missing as DocumentCounts.Missing {
                try await count(missing, into: &counts)
            } catch is ImageSetsLocked {
                try await Task.sleep(for: wait)
                wait = min(wait * 2, .milliseconds(200))
            }
        }
    }

    /// A staged instance from its stored object, for a job that goes on after a restart.
    func reload(
        _ object: StoredObjectID, warnings: [ImportFileWarning], _ commonFacts: CommonFacts
    ) async throws -> StagedInstance {
        let (record, frames) = try await catalog.read { transaction in
            let record = try transaction.storedObject(object)
            return (record, try transaction.frames(of: object, range: 0..<record.frameCount))
        }
        let bytes = try await read(StoredBlob(object: object, part: .header, location: record.header))
        let header = try StoredHeader(bytes: Array(bytes.readableBytesView))
        return StagedInstance(
            object: .stored(object),
            facts: commonFacts.sharing(
                InstanceFacts(
                    header, storedTransferSyntaxUID: record.storedTransferSyntaxUID, frames: frames,
                    warnings: warnings)),
            warnings: warnings)
    }
}
