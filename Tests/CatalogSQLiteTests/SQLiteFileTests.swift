import Catalog
import Foundation
import GRDB
import ImageSets
import TestSupport
import Testing

@testable import CatalogSQLite

/// What holds of the file: durability, permissions, refusal of what is not ours, migrations.
struct SQLiteFileTests {
    @Test func whatWasWrittenIsThereAfterReopening() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "catalog.sqlite").path
            for id in 1...3 as ClosedRange<UInt128> {
                let catalog = try SQLiteCatalog(path: path)
                let count = try await catalog.read { try $0.imageSetCount() }
                #expect(count == Int(id) - 1)
                try await catalog.write { try $0.insert(CatalogSample.imageSet(id)) }
                try await catalog.close()
            }
        }
    }

    /// What a kill or a power cut leaves: the file, and the log up to some byte. Every prefix of the log must open to the
    /// state after some commit, whole, and the whole log to the state after the last one.
    @Test func everyPrefixOfTheLogOpensToTheStateAfterSomeCommit() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "catalog.sqlite").path
            let catalog = try SQLiteCatalog(path: path)
            for id in 1...8 as ClosedRange<UInt128> {
                try await catalog.write { transaction in
                    let attributes = CatalogSample.attributes(study: "1.\(id)", series: "1.\(id).1")
                    try transaction.addImageSet(id, instances: ["1.\(id).1.1"], attributes: attributes)
                }
            }
            let file = try Data(contentsOf: URL(filePath: path))
            let log = try Data(contentsOf: URL(filePath: path + "-wal"))
            var counts: [Int] = []
            for cut in stride(from: 0, through: 16, by: 1).map({ log.count * $0 / 16 }) {
                counts.append(try await openedAfterCut(file: file, log: log.prefix(cut), in: folder))
            }
            #expect(counts == counts.sorted())
            #expect(counts.last == 8)
            #expect(Set(counts).count > 3)
            try await catalog.close()
        }
    }

    private func openedAfterCut(file: Data, log: Data, in folder: URL) async throws -> Int {
        let path = folder.appending(path: "cut-\(log.count).sqlite").path
        try file.write(to: URL(filePath: path))
        try log.write(to: URL(filePath: path + "-wal"))
        let catalog = try SQLiteCatalog(path: path)
        let count = try await catalog.read { transaction in
            let count = try transaction.imageSetCount()
            for id in 1...8 as ClosedRange<UInt128> {
                let exists = try transaction.imageSet(ImageSetID(id)) != nil
                let instances = try transaction.instances(of: ImageSetID(id), version: 1)
                let primary = try transaction.primaryInstance("1.\(id).1.1")
                #expect(instances.count == (exists ? 1 : 0))
                #expect((primary != nil) == exists)
            }
            #expect(try transaction.studies(IndexQuery(matches: [], offset: 0, limit: 99)).count == count)
            return count
        }
        let problems = try await catalog.file.pool.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        #expect(problems == ["ok"])
        try await catalog.close()
        return count
    }

    /// A kill before the file has its write-ahead log leaves a rollback journal, which the next start must play back.
    @Test func aFileThatAKillLeftWithARollbackJournalOpens() async throws {
        try await withTemporaryFolder { folder in
            let begun = folder.appending(path: "begun.sqlite").path
            let left = folder.appending(path: "left.sqlite").path
            let queue = try DatabaseQueue(path: begun)
            try await queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA application_id = \(CatalogMigrations.applicationID)")
                // Pages that overflow the cache reach the file before the commit, and the journal before them.
                try database.execute(sql: "PRAGMA cache_size = 2")
                try database.execute(sql: "BEGIN; CREATE TABLE half (made BLOB)")
                for _ in 0..<100 { try database.execute(sql: "INSERT INTO half VALUES (randomblob(3000))") }
                for suffix in ["", "-journal"] {
                    try FileManager.default.copyItem(atPath: begun + suffix, toPath: left + suffix)
                }
                try database.execute(sql: "ROLLBACK")
            }
            try queue.close()
            var reading = Configuration()
            reading.readonly = true
            let refusal = #expect(throws: DatabaseError.self) {
                try DatabaseQueue(path: left, configuration: reading).read { try $0.tableExists("half") }
            }
            #expect(refusal?.extendedResultCode == .SQLITE_READONLY_ROLLBACK)
            let catalog = try SQLiteCatalog(path: left)
            #expect(try await catalog.file.pool.read { try !$0.tableExists("half") })
            #expect(try await catalog.read { try $0.imageSetCount() } == 0)
            try await catalog.close()
        }
    }

    @Test func everyCommitIsSynchronised() async throws {
        try await withTemporaryFolder { folder in
            let catalog = try SQLiteCatalog(path: folder.appending(path: "catalog.sqlite").path)
            let settings = try await catalog.file.pool.writeWithoutTransaction { database in
                try ["synchronous", "journal_mode", "foreign_keys"].map {
                    try String.fetchOne(database, sql: "PRAGMA \($0)")
                }
            }
            #expect(settings == ["2", "wal", "1"])
            try await catalog.close()
        }
    }

    @Test func onlyTheOwnerMayReadTheFiles() async throws {
        try await withTemporaryFolder { folder in
            let catalog = try SQLiteCatalog(path: folder.appending(path: "catalog.sqlite").path)
            try await catalog.write { try $0.insert(CatalogSample.imageSet(1)) }
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: name).path)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            }
            try await catalog.close()
        }
    }

    @Test func aClosedCatalogRefusesToWork() async throws {
        try await withTemporaryFolder { folder in
            let catalog = try SQLiteCatalog(path: folder.appending(path: "catalog.sqlite").path)
            try await catalog.close()
            await #expect(throws: CatalogError(.engine, "")) { try await catalog.read { try $0.imageSetCount() } }
            await #expect(throws: CatalogError(.engine, "")) {
                try await catalog.write { try $0.insert(CatalogSample.imageSet(1)) }
            }
        }
    }

    // MARK: What is not ours

    @Test(arguments: [Data("not a database, but longer than the header of one: \(UUID()) \(UUID()) \(UUID())".utf8)])
    func aDamagedFileIsRefused(content: Data) async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "catalog.sqlite")
            try content.write(to: url)
            #expect(throws: CatalogError(.engine, "")) { try SQLiteCatalog(path: url.path) }
            #expect(try Data(contentsOf: url) == content)
        }
    }

    @Test func damageBelowTheHeaderIsAnErrorNotATrap() async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "catalog.sqlite")
            let catalog = try SQLiteCatalog(path: url.path)
            try await catalog.write { transaction in
                for id in 1...40 as ClosedRange<UInt128> { try transaction.insert(CatalogSample.imageSet(id)) }
            }
            try await catalog.close()
            var content = try Data(contentsOf: url)
            for page in 2..<content.count / 4096 {
                content.replaceSubrange(page * 4096..<page * 4096 + 64, with: Data(repeating: 0xA5, count: 64))
            }
            try content.write(to: url)
            await #expect(throws: CatalogError(.engine, "")) {
                let damaged = try SQLiteCatalog(path: url.path)
                _ = try await damaged.read { try $0.searchImageSets(ImageSetQuery(limit: 50)) }
            }
        }
    }

    @Test func aDatabaseOfSomethingElseIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "other.sqlite").path
            let other = try DatabaseQueue(path: path)
            try await other.write { try $0.execute(sql: "CREATE TABLE note (text TEXT)") }
            try other.close()
            #expect(throws: CatalogError(.engine, "")) { try SQLiteCatalog(path: path) }
            let service = folder.appending(path: "service.sqlite").path
            try await SQLiteServiceCatalog(path: service).close()
            #expect(throws: CatalogError(.engine, "")) { try SQLiteCatalog(path: service) }
        }
    }

    @Test func aFileOfANewerIsocenterIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "catalog.sqlite").path
            let catalog = try SQLiteCatalog(path: path)
            try await catalog.file.pool.write { database in
                try database.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9999')")
            }
            try await catalog.close()
            #expect(throws: CatalogError(.newerSchema, "")) { try SQLiteCatalog(path: path) }
        }
    }

    @Test func aFolderThatIsNotThereIsAnError() {
        #expect(throws: CatalogError(.engine, "")) { try SQLiteCatalog(path: "/nonexistent/catalog.sqlite") }
    }
}
