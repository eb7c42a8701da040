import Blobs
import TestSupport
import Testing

struct MemoryBlobStoreTests {
    @Test func keepsTheContract() async throws {
        try await BlobStoreSuite.run { try MemoryBlobStore() }
    }

    @Test func keepsTheContractWithSmallPacks() async throws {
        try await BlobStoreSuite.run {
            try MemoryBlobStore(options: PackOptions(maximumPackLength: 10_000, maximumOpenPacks: 1))
        }
    }
}
