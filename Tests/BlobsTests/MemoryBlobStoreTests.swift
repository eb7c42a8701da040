import Blobs
import TestSupport
import Testing

struct MemoryBlobStoreTests {
    @Test(
        arguments: BlobStoreSuite.checks, [PackOptions(), PackOptions(maximumPackLength: 10_000, maximumOpenPacks: 1)])
    func keepsTheContract(_ check: BlobStoreSuite.Check, options: PackOptions) async throws {
        let store = try MemoryBlobStore(options: options)
        try await check.run(on: store)
        try await store.close()
    }
}
