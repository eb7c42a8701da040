import ImageSets

/// One transaction of an ``InMemoryCatalog``: a copy of the state, to be read and changed.
final class InMemoryTransaction {
    var state: InMemoryState
    /// Levels that lost a version in this transaction; ``sweep()`` looks at them.
    var releasedLevels: Set<LevelID> = []

    init(_ state: InMemoryState) {
        self.state = state
    }

    func missing(_ what: String) -> CatalogError {
        CatalogError(.missing, "there is no such \(what)")
    }

    func conflict(_ what: String) -> CatalogError {
        CatalogError(.conflict, what)
    }
}
