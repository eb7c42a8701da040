import Catalog
import CatalogSQLite
import Foundation
import ImageSets
import TestSupport
import Testing

struct SQLiteCatalogTests {
    @Test(arguments: CatalogSuite.checks)
    func keepsTheContract(_ check: CatalogSuite.Check) async throws {
        try await withTemporaryFolder { folder in
            let catalog = try SQLiteCatalog(path: folder.appending(path: "catalog.sqlite").path)
            try await check.run(on: catalog)
            try await catalog.close()
        }
    }

    @Test(arguments: ServiceCatalogSuite.checks)
    func keepsTheContractOfTheService(_ check: ServiceCatalogSuite.Check) async throws {
        try await withTemporaryFolder { folder in
            let catalog = try SQLiteServiceCatalog(path: folder.appending(path: "service.sqlite").path)
            try await check.run(on: catalog)
            try await catalog.close()
        }
    }
}
