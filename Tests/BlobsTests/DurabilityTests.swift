import Glibc
import NIOCore
import Synchronization
import Testing

@testable import Blobs

/// What faults and power cuts leave: committed blobs whole, all else at worst garbage that no location points to.
struct DurabilityTests {
    /// Every location whose commit succeeded, with its bytes: what an index would know.
    private final class Index: Sendable {
        private let entries = Mutex<[(BlobLocation, ByteBuffer)]>([])

        func record(_ locations: [BlobLocation], _ blobs: [ByteBuffer]) {
            entries.withLock { $0 += zip(locations, blobs) }
        }

        var all: [(BlobLocation, ByteBuffer)] { entries.withLock { $0 } }

        func expectAll(in store: PackStore, _ comment: Comment) async throws {
            for (location, blob) in all {
                #expect(try await store.read(location, range: nil) == blob, comment)
            }
        }
    }

    /// A day in the life of a store, which goes on as far as it can after failures. Small packs, so that the shared pack
    /// changes in between.
    private func work(_ files: SimulatedFileSystem, _ index: Index) async {
        guard let store = try? PackStore.on(files, maximumPackLength: 3000) else { return }
        files.dropCache()
        for round in 0..<3 as Range<UInt64> {
            for placement in [BlobPlacement.shared, .own] {
                guard let writer = try? store.beginWriting(placement) else { continue }
                let blobs = [pattern(700, seed: round), pattern(0), pattern(1000, seed: round + 10)]
                var locations: [BlobLocation] = []
                do {
                    locations.append(try await writer.append(blobs[0]))
                    locations.append(try await writer.append(blobs[1]))
                    locations.append(
                        try await writer.append(length: 1000) { write in
                            try await write(pattern(1000, seed: round + 10))
                        })
                } catch {
                    #expect((error as? BlobError)?.code == .inputOutput, "\(error)")
                }
                do {
                    try await writer.commit()
                    index.record(locations, blobs)
                } catch {
                    #expect((error as? BlobError)?.code == .inputOutput, "\(error)")
                }
                await writer.close()
            }
        }
        for (location, blob) in index.all {
            do {
                #expect(try await store.read(location, range: nil) == blob)
            } catch {
                #expect((error as? BlobError)?.code == .inputOutput, "\(error)")
            }
        }
        if let pack = try? await store.packs().first(where: { !$0.isOpen })?.id,
            !index.all.contains(where: { $0.0.pack == pack })
        {
            try? await store.delete(pack)
        }
        await store.close()
    }

    @Test(arguments: [(.once, EIO), (.forever, ENOSPC)] as [(SimulatedFileSystem.Mode, Int32)])
    func noFailureOfAnyCallLosesACommittedBlob(mode: SimulatedFileSystem.Mode, errorNumber: Int32) async throws {
        var call = 0
        var wasTouched: Bool
        repeat {
            call += 1
            let files = SimulatedFileSystem()
            let index = Index()
            files.fail(at: call, mode, errorNumber: errorNumber)
            await work(files, index)
            wasTouched = files.heal()
            try await index.expectAll(in: PackStore.on(files), "call \(call), process went on")
            for cut in SimulatedFileSystem.PowerCut.allCases {
                let image = files.afterPowerCut(cut)
                let store = try PackStore.on(image)
                try await index.expectAll(in: store, "call \(call), power cut \(cut)")
                let known = Set(try await store.packs().map(\.id))
                let location = try await store.keep([pattern(50)])[0]
                #expect(!known.contains(location.pack), "a pack that exists at open is not appended to")
            }
        } while wasTouched
        #expect(call > 60, "the loop reached \(call) calls only")
    }

    @Test(arguments: SimulatedFileSystem.PowerCut.allCases)
    func aPowerCutAtAnyTimeSparesWhatWasCommitted(cut: SimulatedFileSystem.PowerCut) async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let index = Index()
        let writer = try store.beginWriting(.shared)
        for seed in 0..<10 as Range<UInt64> {
            let blob = pattern(100 * Int(seed), seed: seed)
            let location = try await writer.append(blob)
            let image = try PackStore.on(files.afterPowerCut(cut))
            try await index.expectAll(in: image, "after the append of \(seed)")
            // The one that is not committed is there or not, but never something else.
            if let found = try? await image.read(location, range: nil) { #expect(found == blob) }
            try await writer.commit()
            index.record([location], [blob])
            try await index.expectAll(in: PackStore.on(files.afterPowerCut(cut)), "after the commit of \(seed)")
        }
    }

    @Test func aPackIsDurableBeforeItsFirstLocationIsGivenOut() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let writer = try store.beginWriting(.own)
        _ = try await writer.append(pattern(10))
        #expect(files.calls.map(\.name) == ["list", "create", "write", "sync", "syncDirectory", "write"])
        try await writer.commit()
        #expect(files.calls.last?.name == "sync")
    }

    @Test func aFailedSyncIsFinalForItsPackAndForNothingElse() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let safe = try await store.keep([pattern(100, seed: 1)], .shared)[0]
        let writer = try store.beginWriting(.shared)
        let lost = try await writer.append(pattern(100, seed: 2))
        #expect(lost.pack == safe.pack)
        files.fail(at: 1, .once)
        await #expect(throws: BlobError(.inputOutput, "")) { try await writer.commit() }
        // The device is well again, the pages are lost all the same: asking again must not succeed.
        await #expect(throws: BlobError(.inputOutput, "")) { try await writer.commit() }
        await #expect(throws: BlobError(.inputOutput, "")) { try await writer.commit() }
        let next = try await store.keep([pattern(100, seed: 3)], .shared)[0]
        #expect(next.pack != lost.pack)
        await writer.close()
        for store in [store, try PackStore.on(files.afterPowerCut(.losesUnsynced))] {
            #expect(try await store.read(safe, range: nil) == pattern(100, seed: 1))
            #expect(try await store.read(next, range: nil) == pattern(100, seed: 3))
        }
    }

    @Test func aFullDiskRefusesAndLosesNothing() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let writer = try store.beginWriting(.shared)
        let before = try await writer.append(pattern(100, seed: 1))
        files.fail(at: 1, .once, errorNumber: ENOSPC)
        await #expect(throws: BlobError(.inputOutput, "")) { _ = try await writer.append(pattern(100, seed: 2)) }
        let after = try await writer.append(pattern(100, seed: 3))
        try await writer.commit()
        await writer.close()
        let image = try PackStore.on(files.afterPowerCut(.losesUnsynced))
        #expect(try await image.read(before, range: nil) == pattern(100, seed: 1))
        #expect(try await image.read(after, range: nil) == pattern(100, seed: 3))
    }

    @Test func aFailingReadIsAnErrorAndNotALoss() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let location = try await store.keep([pattern(3 << 20)])[0]
        files.dropCache()
        files.fail(at: 2, .once)
        await #expect(throws: BlobError(.inputOutput, "")) { _ = try await store.read(location, range: nil) }
        #expect(try await store.read(location, range: nil) == pattern(3 << 20))
    }
}
