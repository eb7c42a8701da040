import ImageSets

extension ImageSetQuery.Position {
    /// The sort key as the number it stands for: milliseconds, or fourteen digits of date and time.
    ///
    /// Throws `missing` when the key is none of ours.
    package func sortNumber(of sortKey: ImageSetQuery.SortKey) throws -> Int64? {
        guard let key else { return nil }
        guard let number = Int64(key), sortKey != .studyDateAndTime || key.utf8.count == 14 else {
            throw CatalogError(.missing, "the position is not of this search")
        }
        return number
    }
}

extension ImageSetRecord {
    /// The `key` of the position after this row.
    package func positionKey(_ sortKey: ImageSetQuery.SortKey) -> String? {
        switch sortKey {
        case .updatedAt: updatedAt.map { String($0.milliseconds) }
        case .createdAt: String(createdAt.milliseconds)
        case .studyDateAndTime: attributes.studyDateAndTime
        }
    }

    /// The sort keys that differ from those of an earlier state of the row.
    package func changedKeys(since old: ImageSetRecord) -> [ImageSetQuery.SortKey] {
        ImageSetQuery.SortKey.allCases.filter { positionKey($0) != old.positionKey($0) }
    }
}
