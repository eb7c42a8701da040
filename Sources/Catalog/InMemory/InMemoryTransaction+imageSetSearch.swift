import ImageSets

extension InMemoryTransaction {
    func searchImageSets(_ query: ImageSetQuery) throws -> [ImageSetHit] {
        var rows = state.imageSets.values.filter { row in query.filters.allSatisfy { $0.holds(for: row.record) } }
        if let after = query.after {
            rows.removeAll { $0.changes[query.sortKey, default: 0] > after.startedAt }
            let last = try SortPlace(key: after.sortNumber(of: query.sortKey), id: after.id)
            rows.removeAll { !last.precedes($0.place(query.sortKey), isAscending: query.isAscending) }
        }
        rows.sort { $0.place(query.sortKey).precedes($1.place(query.sortKey), isAscending: query.isAscending) }
        return rows.prefix(max(query.limit, 0)).map { row in
            let study = row.record.attributes.grouping.studyInstanceUID
            let series = state.series.values.filter { $0.studyInstanceUID == study }
            return ImageSetHit(
                imageSet: row.record, numberOfStudyRelatedSeries: series.isEmpty ? nil : series.count,
                numberOfStudyRelatedInstances: series.isEmpty ? nil : series.reduce(0) { $0 + $1.numberOfInstances },
                position: .init(
                    key: row.record.positionKey(query.sortKey), id: row.record.id,
                    startedAt: query.after?.startedAt ?? state.changeCount))
        }
    }
}

/// Where a row stands in an answer; dates and times of fourteen digits compare as the numbers they are.
private struct SortPlace {
    var key: Int64?
    var id: ImageSetID

    func precedes(_ other: Self, isAscending: Bool) -> Bool {
        switch (key, other.key) {
        case (nil, nil): isAscending ? id < other.id : other.id < id
        case (nil, _): false
        case (_, nil): true
        case (let left?, let right?): isAscending ? (left, id) < (right, other.id) : (right, other.id) < (left, id)
        }
    }
}

extension InMemoryState.ImageSetRow {
    fileprivate func place(_ sortKey: ImageSetQuery.SortKey) -> SortPlace {
        SortPlace(key: record.positionKey(sortKey).flatMap { Int64($0) }, id: record.id)
    }
}

extension ImageSetQuery.Filter {
    fileprivate func holds(for imageSet: ImageSetRecord) -> Bool {
        let grouping = imageSet.attributes.grouping
        return switch self {
        case .patientID(let value): !value.isEmpty && grouping.patientID == value
        case .accessionNumber(let value): !value.isEmpty && grouping.accessionNumber == value
        case .studyID(let value): !value.isEmpty && grouping.studyID == value
        case .studyInstanceUID(let value): !value.isEmpty && grouping.studyInstanceUID == value
        case .seriesInstanceUID(let value): !value.isEmpty && grouping.seriesInstanceUID == value
        case .createdAt(let range): range.contains(imageSet.createdAt)
        case .updatedAt(let range): imageSet.updatedAt.map(range.contains) ?? false
        case .studyDateAndTime(let range): imageSet.attributes.studyDateAndTime.map(range.contains) ?? false
        case .isPrimary(let value): imageSet.isPrimary == value
        }
    }
}
