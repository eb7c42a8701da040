import Catalog
import Foundation
import GRDB
import TestSupport
import Testing

@testable import CatalogSQLite

struct MigrationTests {
    /// Whatever release wrote the file, opening it leads to the same schema, and to a catalog that works.
    @Test(arguments: CatalogMigrations.migrator.migrations)
    func everyReleasedSchemaIsBroughtUpToDate(identifier: String) async throws {
        try await withTemporaryFolder { folder in
            let (old, new) = (folder.appending(path: "old.sqlite").path, folder.appending(path: "new.sqlite").path)
            let queue = try DatabaseQueue(path: old)
            try CatalogMigrations.migrator.migrate(queue, upTo: identifier)
            try await queue.write { database in
                try database.execute(sql: "PRAGMA application_id = \(CatalogMigrations.applicationID)")
            }
            try queue.close()
            let (migrated, fresh) = (try SQLiteCatalog(path: old), try SQLiteCatalog(path: new))
            #expect(try await schema(of: migrated.file.pool) == schema(of: fresh.file.pool))
            try await CatalogSuite.checks[1].run(on: migrated)
            try await migrated.close()
            try await fresh.close()
        }
    }

    /// A released step is never edited. If this fails, leave the step as it was and write a new one.
    @Test(arguments: [("0001", 13_705_512_491_177_128_322 as UInt64)])
    func releasedStepsAreAsTheyWere(identifier: String, digest: UInt64) async throws {
        let queue = try DatabaseQueue()
        try CatalogMigrations.migrator.migrate(queue, upTo: identifier)
        let text = try await schema(of: queue).joined(separator: "\n")
        let found = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        #expect(found == digest)
    }

    private func schema(of database: any DatabaseReader) async throws -> [String] {
        try await database.read { database in
            try String.fetchAll(
                database, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
        }
    }
}
