import Blobs
import Catalog
import Foundation
import ImageSets
import TestSupport
import Testing

@testable import Store

/// A ``History`` in the embedded engines, whose process dies at random moments: while it changes image sets, moves their
/// bytes between tiers, compacts packs, and while it recovers from an earlier death.
///
/// Each death leaves a copy of the folder; the next process opens that. Of the change that was cut off the store then
/// holds all, when its transaction was committed, and else nothing; every version of every image set is ACTIVE and reads
/// as it should, frames included, and no pack is left that nothing refers to.
struct CrashHistory {
    private let host: HistoryHost
    private let datastoreID: DatastoreID
    private var generator: SeededGenerator
    private var history: History
    private var store: Store
    private var crash: CrashPoint
    private var tally = CrashTally()
    private var imageCount = 0

    static func run(seed: UInt64) async throws -> CrashTally {
        let host = try HistoryHost(seed: seed)
        let crash = try CrashPoint(folder: host.folder + "/0", image: host.folder + "/1")
        let store = try await host.open(CrashingEngines(crash))
        let datastore = try await store.open(store.createDatastore(DatastoreCreation()).id)
        var run = CrashHistory(
            host: host, datastoreID: datastore.id, generator: SeededGenerator(seed: ~seed),
            history: History(seed: seed, datastore: datastore, hasPixels: seed.isMultiple(of: 2)), store: store,
            crash: crash)
        do {
            for _ in 0..<14 { try await run.step() }
            try await run.history.compareLatest()
            try await run.history.compareAllVersions()
            try await run.store.close()
        } catch let error where !(error is HistoryMismatch) {
            throw HistoryMismatch(run.history, "it fails with \(error)")
        }
        run.tally.histories = 1
        return run.tally
    }

    private init(
        host: HistoryHost, datastoreID: DatastoreID, generator: SeededGenerator, history: History, store: Store,
        crash: CrashPoint
    ) {
        self.host = host
        self.datastoreID = datastoreID
        self.generator = generator
        self.history = history
        self.store = store
        self.crash = crash
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 1...100, using: &generator) <= percent
    }

    private mutating func step() async throws {
        let before = history
        if chance(40) { arm() }
        do {
            if chance(20) { try await moveBytes() } else { try await history.step() }
        } catch {
            // Whatever a dead process throws, nobody hears.
            guard crash.deadAt != nil else { throw error }
        }
        guard let moment = crash.deadAt else {
            crash.disarm()
            return
        }
        history.story.append("killed \(moment)")
        let stands = crash.commitCount > 0
        let isChange = history.model != before.model
        tally.moments[moment, default: 0] += 1
        try await restart()
        if !stands {
            // The steps that come are others than those that were cut off.
            (history.model, history.ids) = (before.model, before.ids)
        }
        try await identifyImageSets()
        try await history.compareLatest()
        try await history.compareAllVersions()
        if isChange, stands { tally.changesThatStand += 1 }
        if isChange, !stands { tally.changesThatAreGone += 1 }
    }

    private mutating func arm() {
        // A change of metadata passes three moments, an import of pixels nine, a compaction more.
        let most = [3, 3, 9, 14].randomElement(using: &generator)!
        let moments = chance(40) ? 3 : Int.random(in: 1...most, using: &generator)
        crash.arm(after: moments, chance(50) ? .power : .process)
    }

    /// What changes where bytes lie and nothing else.
    private mutating func moveBytes() async throws {
        switch Int.random(in: 1...3, using: &generator) {
        case 1:
            history.story.append("compact")
            _ = try await history.datastore.compact()
        case 2:
            history.story.append("archive what was left alone")
            host.advance(days: 31)
            _ = try await history.datastore.keepTiers()
        default:
            history.story.append("bring back what was read")
            _ = try await history.datastore.keepAccesses()
        }
    }

    /// Starts the next process on what the dead one left; it may die too, while it recovers.
    private mutating func restart() async throws {
        let dead = (store: store, crash: crash)
        var image = crash.image
        if chance(30) {
            let second = try nextCrashPoint(image)
            second.arm(after: Int.random(in: 1...4, using: &generator), chance(50) ? .power : .process)
            do {
                try await host.open(CrashingEngines(second)).close()
            } catch {
                guard second.deadAt != nil else { throw error }
            }
            if let moment = second.deadAt {
                history.story.append("killed while it recovered, \(moment)")
                image = second.image
                tally.crashesOfRecovery += 1
            }
        }
        crash = try nextCrashPoint(image)
        store = try await host.open(CrashingEngines(crash))
        history.datastore = try await store.open(datastoreID)
        try await expectNoGarbage()
        // Files and threads of the dead store; what its closing writes goes to a folder that nobody opens again.
        try? await dead.store.close()
        try FileManager.default.removeItem(atPath: dead.crash.folder)
    }

    private mutating func nextCrashPoint(_ folder: String) throws -> CrashPoint {
        imageCount += 1
        return try CrashPoint(folder: folder, image: "\(host.folder)/\(imageCount + 1)")
    }

    private func expectNoGarbage() async throws {
        let live = try await history.datastore.catalog.read { try $0.liveByteCounts() }
        let packs = try await history.datastore.blobs.packs().map(\.id)
        try history.expect(Set(packs), Set(live.keys), "the packs after a recovery")
    }

    /// Gives the image set that a cut off change made the name that the model has for it.
    private mutating func identifyImageSets() async throws {
        history.ids = history.ids.filter { history.model.imageSets[$0.key] != nil }
        let found = try await history.datastore.searchImageSets(ImageSetQuery(limit: 100)).map(\.imageSet.id)
        let unnamed = Set(found).subtracting(history.ids.values)
        let missing = Set(history.model.imageSets.keys).subtracting(history.ids.keys)
        try history.expect(unnamed.count, missing.count, "the number of image sets that the change made")
        if let name = missing.first, let id = unnamed.first { history.ids[name] = id }
    }
}

/// What crash histories have shown.
struct CrashTally: CustomStringConvertible {
    var histories = 0
    var changesThatStand = 0
    var changesThatAreGone = 0
    var crashesOfRecovery = 0
    /// How often a process died when.
    var moments: [String: Int] = [:]

    static func += (tally: inout Self, other: Self) {
        tally.histories += other.histories
        tally.changesThatStand += other.changesThatStand
        tally.changesThatAreGone += other.changesThatAreGone
        tally.crashesOfRecovery += other.crashesOfRecovery
        tally.moments.merge(other.moments, uniquingKeysWith: +)
    }

    var description: String {
        let crashes = moments.values.reduce(0, +)
        return """
            \(histories) histories with \(crashes) crashes: \(changesThatStand) changes stood, \
            \(changesThatAreGone) were gone; \(crashesOfRecovery) crashes of a recovery
            \(moments.sorted { $0.key < $1.key }.map { "  \($0.value) \($0.key)" }.joined(separator: "\n"))
            """
    }
}
