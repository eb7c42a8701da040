import Blobs
import TestSupport
import Testing

struct TieredBlobStoreTests {
    private static func make(_ folder: String) throws -> TieredBlobStore {
        TieredBlobStore(
            frequent: try DiskBlobStore(directory: folder + "-packs", key: testKey),
            archive: try DiskBlobStore(
                directory: folder + "-archive", key: testKey, options: PackOptions(tier: .archive)))
    }

    @Test(arguments: BlobStoreSuite.checks)
    func keepsTheContract(_ check: BlobStoreSuite.Check) async throws {
        let folder = try TemporaryFolder()
        let store = try Self.make(folder.path + "/a")
        try await check.run(on: store)
        try await store.close()
    }

    @Test func keepsEachTierInItsOwnFolder() async throws {
        let folder = try TemporaryFolder()
        let store = try Self.make(folder.path + "/a")
        for (placement, tier) in [
            (BlobPlacement.own, BlobTier.frequent), (.shared, .frequent), (.archive, .archive), (.archive, .archive),
        ] {
            let writer = try await store.beginWriting(placement)
            let location = try await writer.append(pattern(100))
            #expect(location.pack.tier == tier)
            try await writer.commit()
            await writer.close()
        }
        #expect(folder.names(in: "a-packs").sorted() == ["0000000000000001.pack", "0000000000000002.pack"])
        #expect(folder.names(in: "a-archive").sorted() == ["4000000000000001.pack", "4000000000000002.pack"])
        try await store.close()
    }

    @Test func numbersGoOnWhereTheyEnded() async throws {
        let folder = try TemporaryFolder()
        var seen: Set<PackID> = []
        for _ in 0..<3 {
            let store = try Self.make(folder.path + "/a")
            let writer = try await store.beginWriting(.archive)
            let pack = try await writer.append(pattern(100)).pack
            #expect(seen.insert(pack).inserted && pack.tier == .archive)
            try await writer.commit()
            await writer.close()
            try await store.delete(pack)
            try await store.close()
        }
    }

    @Test func aPackPutInTheOtherFolderIsNotTakenForAnother() async throws {
        let folder = try TemporaryFolder()
        let store = try Self.make(folder.path + "/a")
        let writer = try await store.beginWriting(.own)
        let location = try await writer.append(pattern(100))
        try await writer.commit()
        await writer.close()
        let elsewhere = BlobLocation(
            pack: PackID(rawValue: BlobTier.archive.firstPack.rawValue), offset: location.offset,
            length: location.length)
        await #expect(throws: BlobError(.missing, "")) { try await store.read(elsewhere) }
        try await store.close()
    }
}
