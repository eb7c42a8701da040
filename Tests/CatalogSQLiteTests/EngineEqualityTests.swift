import Blobs
import Catalog
import CatalogSQLite
import Foundation
import ImageSets
import TestSupport
import Testing

/// Both engines go through the same random history; every outcome and every answer must be the same.
struct EngineEqualityTests {
    private struct Abort: Error {}

    @Test(arguments: 1...6)
    func enginesCannotBeToldApart(seed: Int) async throws {
        try await withTemporaryFolder { folder in
            let engines: [any Catalog] = [
                InMemoryCatalog(), try SQLiteCatalog(path: folder.appending(path: "catalog.sqlite").path),
            ]
            var history = RandomHistory(seed: UInt64(seed))
            for step in 0..<120 {
                let changes = (0..<history.number(1...8)).map { _ in history.change() }
                let isAborted = history.chance(15)
                let outcomes = try await each(engines) { try await outcome(of: changes, on: $0, isAborted: isAborted) }
                try #require(outcomes[0] == outcomes[1], "step \(step)")
                let index = history.indexQuery()
                let found = try await each(engines) { try await $0.read { try Self.answers(to: index, $0) } }
                try #require(found[0] == found[1], "step \(step), \(index)")
                let query = history.imageSetQuery()
                let pages = try await each(engines) { try await $0.read { try Self.pages(of: query, $0) } }
                try #require(pages[0] == pages[1], "step \(step), \(query)")
                if step % 10 == 9 {
                    let states = try await each(engines) { try await $0.read { try Self.state($0) } }
                    for (first, second) in zip(states[0], states[1]) { try #require(first == second, "step \(step)") }
                    try #require(states[0].count == states[1].count)
                }
            }
            for engine in engines { try await engine.close() }
        }
    }

    private func each<Answer>(
        _ engines: [any Catalog], _ body: (any Catalog) async throws -> Answer
    ) async throws -> [Answer] {
        var answers: [Answer] = []
        for engine in engines { answers.append(try await body(engine)) }
        return answers
    }

    /// What came of each change, the failed ones included; nothing of it stays when aborted.
    private func outcome(
        of changes: [@Sendable (any CatalogWriting) throws -> String], on catalog: any Catalog, isAborted: Bool
    ) async throws -> [String] {
        do {
            return try await catalog.write { transaction in
                let outcomes = try changes.map { change in
                    do {
                        return try change(transaction)
                    } catch let error as CatalogError where error.code != .engine {
                        return error.code.rawValue
                    }
                }
                if isAborted { throw Abort() }
                return outcomes
            }
        } catch is Abort {
            return ["aborted"]
        }
    }

    private static func answers(to query: IndexQuery, _ transaction: any CatalogReading) throws -> [String] {
        try transaction.studies(query).map { "\($0)" } + transaction.series(query).map { "\($0)" }
            + transaction.instances(query, order: .instanceNumber).map { "\($0)" }
            + transaction.instances(query, order: .newestUpdateFirst).map { "\($0)" }
    }

    private static func pages(of query: ImageSetQuery, _ transaction: any CatalogReading) throws -> [ImageSetHit] {
        var query = query
        var hits: [ImageSetHit] = []
        while let page = Optional(try transaction.searchImageSets(query)), let last = page.last {
            hits += page
            query.after = last.position
        }
        return hits
    }

    /// Everything there is, as text.
    private static func state(_ transaction: any CatalogReading) throws -> [String] {
        var state: [String] = []
        for id in (1...6).map({ ImageSetID($0) }) {
            state.append("\(id) \(String(describing: try transaction.imageSet(id)))")
            for version in try transaction.versions(of: id, before: nil, limit: 9) {
                let levels = try [version.levels.patient, version.levels.study, version.levels.series].map {
                    try transaction.level($0)
                }
                state.append("\(version.number) \(version.status) \(levels)")
            }
            for version in 0...6 {
                let instances = try transaction.instances(of: id, version: version)
                state += instances.map { "\(version) \($0)" }
                state.append("\(try transaction.instanceCount(of: id, version: version))")
                state.append("\(try transaction.frameCount(of: id, version: version))")
                let found = try instances.map { instance in
                    try transaction.instance(instance.attributes.sopInstanceUID, of: id, version: version) == instance
                }
                state.append("\(found)")
            }
        }
        try transaction.forEachStoredObject { id, record in
            state.append("\(id) \(record) \(try transaction.frames(of: id, range: 0..<9))")
        }
        for id in (1...60).map({ FrameSetID(rawValue: $0) }) {
            state.append(try transaction.frameSet(id).map { "\($0)" } ?? "none")
        }
        state.append("\(try transaction.liveByteCounts().sorted { $0.key < $1.key })")
        for pack in (1...5).map({ PackID(rawValue: $0) }) {
            state.append("\(try transaction.storedObjects(in: pack, after: nil, limit: 99).map(\.id))")
        }
        state.append("\(try transaction.imageSets(notAccessedSince: Timestamp(milliseconds: 20), limit: 4))")
        state.append("\(try transaction.misplacedObjects(1..<61))")
        state.append("\(try transaction.greatestStoredObject())")
        for id in 1...6 { state.append("\(try transaction.storedObjects(of: ImageSetID(UInt128(id))))") }
        for id in 1...60 {
            state.append("\(try transaction.imageSets(of: StoredObjectID(rawValue: Int64(id))).map(\.id))")
        }
        for uid in 1...8 { state.append(String(describing: try transaction.primaryInstance("\(uid)"))) }
        for uid in ["1.1", "1.2", "1.3"] {
            state.append("\(try transaction.primaryImageSets(ofStudy: uid))")
            state.append(String(describing: try transaction.primarySeries(uid)))
        }
        let jobs = try transaction.importJobs(status: nil, submittedAfter: nil, after: nil, limit: 9)
        for job in jobs {
            state.append("\(job) \(try transaction.importFiles(of: job.id, after: nil, limit: 9))")
            state.append("\(try transaction.importFileCounts(of: job.id))")
        }
        return state
    }
}
