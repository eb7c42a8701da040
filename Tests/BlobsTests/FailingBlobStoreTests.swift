import Blobs
import TestSupport
import Testing

struct FailingBlobStoreTests {
    /// Five calls: begin, append, commit, read, list.
    private func work(_ store: FailingBlobStore) async -> [Bool] {
        var results: [Bool] = []
        func attempt(_ call: () async throws -> Void) async {
            do {
                try await call()
                results.append(true)
            } catch {
                #expect(error as? BlobError == BlobError(.inputOutput, ""))
                results.append(false)
            }
        }
        var writer: (any BlobWriter)?
        var location = BlobLocation(pack: PackID(rawValue: 1), offset: 96, length: 10)
        await attempt { writer = try await store.beginWriting(.shared) }
        if let writer {
            await attempt { location = try await writer.append(pattern(10)) }
            await attempt { try await writer.commit() }
        }
        await attempt { _ = try await store.read(location) }
        await attempt { _ = try await store.packs() }
        return results
    }

    @Test(
        arguments: [
            (2, .once, [true, false, true, true, true]), (3, .once, [true, true, false, true, true]),
            (3, .forever, [true, true, false, false, false]), (5, .forever, [true, true, true, true, false]),
            (6, .forever, [true, true, true, true, true]),
        ] as [(Int, FailingBlobStore.Mode, [Bool])])
    func failsTheCallItIsToldTo(call: Int, mode: FailingBlobStore.Mode, results: [Bool]) async throws {
        let memory = try MemoryBlobStore()
        // Something to read when the append is the call that fails.
        let writer = try await memory.beginWriting(.shared)
        _ = try await writer.append(pattern(10))
        try await writer.commit()
        let store = FailingBlobStore(memory, failAt: call, mode)
        #expect(await work(store) == results)
        #expect(store.callCount == 5)
        #expect(store.wasTouched == (call <= 5))
    }

    @Test(arguments: BlobStoreSuite.checks)
    func keepsTheContractWhileUntouched(_ check: BlobStoreSuite.Check) async throws {
        let store = FailingBlobStore(try MemoryBlobStore(), failAt: .max, .once)
        try await check.run(on: store)
        try await store.close()
    }
}
