public import Catalog

/// What every engine of ``Catalog`` must do, check by check; an engine's test runs each on a new, empty catalog.
public enum CatalogSuite {
    /// A promise, checked on an empty catalog.
    public typealias Check = ContractCheck<any Catalog>

    /// All of them.
    public static let checks: [Check] =
        transactionChecks + imageSetChecks + instanceChecks + objectChecks + hierarchyChecks + imageSetSearchChecks
        + indexSearchChecks + tierChecks + jobChecks + changeChecks + eventChecks
}
