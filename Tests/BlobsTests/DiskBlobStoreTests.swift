import Blobs
import Crypto
import TestSupport
import Testing

struct DiskBlobStoreTests {
    @Test func keepsTheContract() async throws {
        let folder = try TemporaryFolder()
        var count = 0
        try await BlobStoreSuite.run {
            count += 1
            return try DiskBlobStore(directory: folder.path + "/\(count)", key: SymmetricKey(size: .bits256))
        }
    }

    @Test func keepsTheContractWithSmallPacks() async throws {
        let folder = try TemporaryFolder()
        var count = 0
        try await BlobStoreSuite.run {
            count += 1
            return try DiskBlobStore(
                directory: folder.path + "/\(count)", key: SymmetricKey(size: .bits256),
                options: PackOptions(maximumPackLength: 10_000, maximumOpenPacks: 1))
        }
    }
}
