public import Catalog

/// What every engine of ``Catalog`` must do, check by check; an engine's test runs each on a new, empty catalog.
public enum CatalogSuite {
    /// One promise of the contract.
    public struct Check: Sendable, CustomStringConvertible {
        /// The promise.
        public let description: String
        private let body: @Sendable (any Catalog) async throws -> Void

        init(_ description: String, _ body: @escaping @Sendable (any Catalog) async throws -> Void) {
            self.description = description
            self.body = body
        }

        /// Throws a ``SuiteViolation`` when `catalog`, which must be empty, breaks the promise.
        public func run(on catalog: any Catalog) async throws {
            try await body(catalog)
        }
    }

    /// All of them.
    public static let checks: [Check] =
        transactionChecks + imageSetChecks + instanceChecks + objectChecks + hierarchyChecks + imageSetSearchChecks
        + indexSearchChecks + tierChecks + jobChecks + changeChecks
        + eventChecks
}
