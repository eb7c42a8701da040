import Catalog
import TestSupport
import Testing

struct InMemoryCatalogTests {
    @Test(arguments: CatalogSuite.checks)
    func keepsTheContract(_ check: CatalogSuite.Check) async throws {
        try await check.run(on: InMemoryCatalog())
    }

    @Test(arguments: ServiceCatalogSuite.checks)
    func keepsTheContractOfTheService(_ check: ServiceCatalogSuite.Check) async throws {
        try await check.run(on: InMemoryServiceCatalog())
    }
}
