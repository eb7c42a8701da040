import Dispatch
import NIOCore
import Synchronization
import Testing

@testable import Blobs

@Suite(.timeLimit(.minutes(5)))
struct PackStoreTests {
    @Test func concurrentCommitsShareTwoSyncs() async throws {
        // The first sync of bytes is held until all other writers wait for theirs.
        let isHolding = Atomic(false)
        let release = DispatchSemaphore(value: 0)
        let files = SimulatedFileSystem(isImmediate: false) { call in
            guard call.name == "sync", isHolding.exchange(false, ordering: .sequentiallyConsistent) else { return }
            release.wait()
        }
        let store = try PackStore.on(files)
        // The pack is made beforehand, so that only syncs of commits are counted.
        let first = try store.beginWriting(.shared)
        let location = try await first.append(pattern(10))
        let pack = try #require(store.openPack(location.pack))
        let syncCount = files.callCount("sync")
        isHolding.store(true, ordering: .sequentiallyConsistent)
        let locations = try await withThrowingTaskGroup(of: (BlobLocation, UInt64).self) { group in
            group.addTask {
                try await first.commit()
                await first.close()
                return (location, 1)
            }
            while pack.waiterCount < 1 { try await Task.sleep(for: .milliseconds(1)) }
            for seed in 2..<201 as Range<UInt64> {
                group.addTask {
                    let writer = try store.beginWriting(.shared)
                    let location = try await writer.append(pattern(Int(seed), seed: seed))
                    try await writer.commit()
                    await writer.close()
                    return (location, seed)
                }
            }
            while pack.waiterCount < 200 { try await Task.sleep(for: .milliseconds(1)) }
            release.signal()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(files.callCount("sync") - syncCount == 2)
        #expect(Set(locations.map(\.0)).count == 200)
        let image = try PackStore.on(files.afterPowerCut(.losesUnsynced))
        for (location, seed) in locations where seed > 1 {
            #expect(try await image.read(location, range: nil) == pattern(Int(seed), seed: seed))
        }
    }

    @Test func aCommitOfNothingNewCostsNoSync() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let writer = try store.beginWriting(.shared)
        try await writer.commit()
        #expect(files.callCount("sync") == 0)
        _ = try await writer.append(pattern(10))
        try await writer.commit()
        let count = files.callCount("sync")
        try await writer.commit()
        #expect(files.callCount("sync") == count)
    }

    @Test func aStreamedBlobHoldsOneSegmentInMemory() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let writer = try store.beginWriting(.own)
        let (piece, count) = (pattern(256 << 10), 256)
        let location = try await writer.append(length: UInt64(piece.readableBytes * count)) { write in
            for given in 1...count {
                try await write(piece)
                // Header and 16 bytes for each segment aside, everything is written but less than one segment.
                let written = files.callCount("write") - 1
                #expect(written == given * piece.readableBytes / (1 << 20))
            }
        }
        try await writer.commit()
        #expect(location.length == 64 << 20)
        #expect(
            try await store.read(location, range: 63 << 20..<(63 << 20) + 1000) == piece.getSlice(at: 0, length: 1000))
        await writer.close()
    }

    @Test func aRangeReadsOnlyTheSegmentsItTouches() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let location = try await store.keep([pattern(8 << 20)])[0]
        files.dropCache()
        let before = files.callCount("read")
        let range: Range<UInt64> = (3 << 20) - 5..<(3 << 20) + 5
        #expect(
            try await store.read(location, range: range) == pattern(8 << 20).getSlice(at: (3 << 20) - 5, length: 10))
        #expect(files.callCount("read") - before == 2)
    }

    @Test func theSharedPackIsReplacedWhenItIsFull() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files, maximumPackLength: 1000)
        var packs: [PackID] = []
        for _ in 0..<4 { packs.append(try await store.keep([pattern(400)], .shared)[0].pack) }
        #expect(packs.map(\.rawValue) == [1, 1, 2, 2])
        let open = try await store.packs().map(\.isOpen)
        #expect(open == [false, true])
    }

    @Test func aBlobTooLongToShareGetsAPackToItself() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files, maximumPackLength: 1000)
        let before = try await store.keep([pattern(100)], .shared)[0]
        let long = try await store.keep([pattern(5000)], .shared)[0]
        let after = try await store.keep([pattern(100)], .shared)[0]
        #expect(before.pack == after.pack)
        #expect(long.pack != before.pack)
        #expect(try await store.read(long, range: nil) == pattern(5000))
    }

    @Test func manyAppendsOfOneWriterMakeOnePack() async throws {
        let store = try PackStore.on(SimulatedFileSystem(isImmediate: false))
        let writer = try store.beginWriting(.own)
        let packs = try await withThrowingTaskGroup(of: PackID.self) { group in
            for seed in 0..<50 as Range<UInt64> {
                group.addTask { try await writer.append(pattern(10, seed: seed)).pack }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(packs.count == 1)
        await writer.close()
    }

    @Test func whatWasNeverCommittedIsRemovedWithItsWriter() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let writer = try store.beginWriting(.own)
        let location = try await writer.append(pattern(1000))
        await writer.close()
        #expect(try await store.packs().isEmpty)
        await #expect(throws: BlobError(.missing, "")) { _ = try await store.read(location, range: nil) }
    }

    @Test func aDroppedWriterDoesNotKeepItsPackOpen() async throws {
        let store = try PackStore.on(SimulatedFileSystem())
        do {
            let writer = try store.beginWriting(.own)
            _ = try await writer.append(pattern(10))
            try await writer.commit()
        }
        while try await store.packs()[0].isOpen { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func aPackStaysOpenUntilAllItsWritersAreClosed() async throws {
        let store = try PackStore.on(SimulatedFileSystem(), maximumPackLength: 1000)
        let first = try store.beginWriting(.shared)
        let location = try await first.append(pattern(500))
        try await first.commit()
        let other = try await store.keep([pattern(600)], .shared)[0]
        #expect(other.pack != location.pack)
        #expect(try await store.packs().map(\.isOpen) == [true, true])
        await first.close()
        #expect(try await store.packs().map(\.isOpen) == [false, true])
    }

    @Test func theHighestNumberIsRememberedAfterItsPackIsDeleted() async throws {
        let files = SimulatedFileSystem()
        var store = try PackStore.on(files)
        let locations = [try await store.keep([pattern(1)])[0], try await store.keep([pattern(2)])[0]]
        for location in locations { try await store.delete(location.pack) }
        #expect(try await store.packs().isEmpty)
        store = try PackStore.on(files)
        #expect(try await store.keep([pattern(1)])[0].pack.rawValue == 3)
        // The mark is removed once a higher number stands.
        _ = try PackStore.on(files)
        #expect(try files.list().map(\.name) == ["0000000000000003.pack"])
    }

    @Test func theHighestNumberIsRememberedWhenTheNextPackCouldNotBeMade() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let location = try await store.keep([pattern(1)])[0]
        // Calls: create, write, sync.
        files.fail(at: 3, .once)
        await #expect(throws: BlobError(.inputOutput, "")) { _ = try await store.keep([pattern(1)]) }
        try await store.delete(location.pack)
        #expect(try await PackStore.on(files).keep([pattern(1)])[0].pack != location.pack)
    }

    @Test func aPackThatIsBeingMadeCountsAsOpen() async throws {
        let isHolding = Atomic(true)
        let release = DispatchSemaphore(value: 0)
        let files = SimulatedFileSystem(isImmediate: false) { call in
            guard call.name == "syncDirectory", isHolding.exchange(false, ordering: .sequentiallyConsistent) else {
                return
            }
            release.wait()
        }
        let store = try PackStore.on(files)
        let writer = try store.beginWriting(.own)
        async let location = writer.append(pattern(10))
        while isHolding.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(1)) }
        let packs = try await store.packs()
        #expect(packs.map(\.isOpen) == [true])
        await #expect(throws: BlobError(.inUse, "")) { try await store.delete(packs[0].id) }
        release.signal()
        #expect(try await location.pack == packs[0].id)
        await writer.close()
    }

    @Test func closingAWriterDoesNotUndoItsRunningCommit() async throws {
        let isHolding = Atomic(false)
        let release = DispatchSemaphore(value: 0)
        let files = SimulatedFileSystem(isImmediate: false) { call in
            guard call.name == "sync", isHolding.exchange(false, ordering: .sequentiallyConsistent) else { return }
            release.wait()
        }
        let store = try PackStore.on(files)
        let writer = try store.beginWriting(.own)
        let location = try await writer.append(pattern(10))
        isHolding.store(true, ordering: .sequentiallyConsistent)
        async let commit: Void = writer.commit()
        while isHolding.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(1)) }
        await writer.close()
        release.signal()
        try await commit
        #expect(try await store.read(location, range: nil) == pattern(10))
        #expect(try await store.packs().map(\.isOpen) == [false])
    }

    @Test func aReadThatMustWaitLeavesTheCallersThread() async throws {
        let files = SimulatedFileSystem(isImmediate: false)
        let store = try PackStore.on(files)
        let location = try await store.keep([pattern(1000)])[0]
        let before = files.callCount("read")
        #expect(try await store.read(location, range: nil) == pattern(1000))
        #expect(files.callCount("read") == before, "from the cache")
        files.dropCache()
        #expect(try await store.read(location, range: nil) == pattern(1000))
        #expect(files.callCount("read") == before + 1, "from the device")
    }

    @Test func aPackDeletedUnderAReaderIsMissingAndNotDamaged() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore.on(files)
        let location = try await store.keep([pattern(10)])[0]
        files.alter(location.pack.fileName) { $0 = [] }
        await #expect(throws: BlobError(.missing, "")) { _ = try await store.read(location, range: nil) }
    }

    @Test func onlySoManyPacksAreKeptOpen() async throws {
        let files = SimulatedFileSystem()
        let store = try PackStore(files: files, key: testKey, options: PackOptions(maximumOpenPacks: 2))
        var locations: [BlobLocation] = []
        for _ in 0..<3 { locations.append(try await store.keep([pattern(10)])[0]) }
        func openCount(reading index: Int) async throws -> Int {
            let before = files.callCount("open")
            _ = try await store.read(locations[index], range: nil)
            return files.callCount("open") - before
        }
        #expect(try await openCount(reading: 2) == 0)
        #expect(try await openCount(reading: 1) == 0)
        #expect(try await openCount(reading: 0) == 1)
        #expect(try await openCount(reading: 1) == 0)
        #expect(try await openCount(reading: 2) == 1)
    }

    @Test func aCancelledAppendLeavesTheWriterUsable() async throws {
        let store = try PackStore.on(SimulatedFileSystem(isImmediate: false))
        let writer = try store.beginWriting(.shared)
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await writer.append(pattern(10))
        }
        _ = await cancelled.result
        let location = try await writer.append(pattern(20))
        try await writer.commit()
        #expect(try await store.read(location, range: nil) == pattern(20))
        await writer.close()
    }
}
