import Blobs
import Catalog
import ImageSets
import TestSupport
import Testing

@testable import Store

struct ImportJobTests {
    /// A worker that died has staged two files, and the header of one or both is not what it was.
    @Test(arguments: [1, 2]) func whatCannotBeReadAgainFailsItsFileAndNotTheJob(damaged: Int) async throws {
        try await StoreFixture.withDatastore { _, datastore in
            let (job, staged) = try await datastore.stageJob([.numbered(1), .numbered(2)])
            try await datastore.catalog.write { transaction in
                for id in staged.keys.prefix(damaged) {
                    let place = try transaction.storedObject(id).header
                    let elsewhere = BlobLocation(pack: place.pack, offset: place.offset + 1, length: place.length)
                    try transaction.relocate(id, [place: elsewhere])
                }
            }
            for _ in 1...2 { try await datastore.commitImportJob(job) }
            let counts = try await datastore.importFileCounts(of: job.id)
            #expect(counts.serverErrors == damaged && counts.imported == 2 - damaged)
            #expect(counts.staged == 0 && counts.pending == 0)
            #expect(try await datastore.searchImageSets(ImageSetQuery(limit: 9)).count == 2 - damaged)
        }
    }
}
