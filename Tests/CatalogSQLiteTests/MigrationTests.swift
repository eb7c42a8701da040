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

    /// The schema after each step: FNV-1a of its text.
    private static let catalogDigests: [String: UInt64] = [
        "0001": 13_705_512_491_177_128_322,
        "0002": 9_833_617_992_724_897_431,
        "0003": 2_150_520_951_747_733_563,
        "0005": 1_518_744_265_815_303_347, "0006": 2_201_602_100_959_620_451,
    ]
    private static let serviceDigests: [String: UInt64] = [
        "0001": 5_284_017_650_550_211_039, "0006": 18_152_518_961_438_466_328,
        "0007": 420_879_877_316_274_332,
    ]

    /// A released step is never edited. If this fails, leave the step as it was and write a new one; a new one gets its
    /// digest here.
    @Test(arguments: [
        (CatalogMigrations.migrator, Self.catalogDigests), (ServiceMigrations.migrator, Self.serviceDigests),
    ])
    func releasedStepsAreAsTheyWere(migrator: DatabaseMigrator, digests: [String: UInt64]) async throws {
        for identifier in migrator.migrations {
            let queue = try DatabaseQueue()
            try migrator.migrate(queue, upTo: identifier)
            let text = try await schema(of: queue).joined(separator: "\n")
            let found = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            #expect(found == digests[identifier], "step \(identifier)")
        }
        #expect(Set(migrator.migrations) == Set(digests.keys))
    }

    private func schema(of database: any DatabaseReader) async throws -> [String] {
        try await database.read { database in
            try String.fetchAll(
                database, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
        }
    }
}
