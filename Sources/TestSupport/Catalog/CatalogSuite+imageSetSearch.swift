import Catalog
import ImageSets

extension CatalogSuite {
    /// Six sets: id, createdAt, updatedAt, study date, study time, primary.
    private static let searched: [(UInt128, Int64, Int64?, String, String?, Bool)] = [
        (1, 100, nil, "20240101", "10", true),
        (2, 200, 900, "20240101", nil, true),
        (3, 300, 800, "", "1200", false),
        (4, 400, nil, "20230101", "235959.9", true),
        (5, 500, 900, "2024.01.01", "10:00", true),
        (6, 500, 700, "20240102", "", false),
    ]

    private static func insertSearched(_ transaction: any CatalogWriting) throws {
        for (id, createdAt, updatedAt, date, time, isPrimary) in searched {
            var attributes = CatalogSample.attributes(study: "1.\(id % 2)", series: "1.2.\(id)")
            attributes.grouping.studyDate = date
            attributes.studyTime = time
            attributes.grouping.patientID = id == 6 ? "" : "p\(id % 3)"
            attributes.grouping.accessionNumber = "a\(id % 2)"
            attributes.grouping.studyID = "s\(id)"
            var imageSet = CatalogSample.imageSet(
                id, createdAt: createdAt, isPrimary: isPrimary, attributes: attributes)
            imageSet.updatedAt = updatedAt.map(Timestamp.init(milliseconds:))
            try transaction.insert(imageSet)
        }
    }

    private static func search(
        _ transaction: any CatalogReading, _ filters: [ImageSetQuery.Filter] = [],
        by sortKey: ImageSetQuery.SortKey = .updatedAt, ascending: Bool = false, limit: Int = 50
    ) throws -> [UInt128] {
        var query = ImageSetQuery(limit: limit)
        query.filters = filters
        query.sortKey = sortKey
        query.isAscending = ascending
        return try transaction.searchImageSets(query).map(\.imageSet.id.value)
    }

    static let imageSetSearchChecks: [Check] = [
        Check("image sets are ordered by each key, both ways, without the key last, ties by id") { catalog in
            try await catalog.write { transaction in
                try insertSearched(transaction)
                try expect(search(transaction), [5, 2, 3, 6, 4, 1])
                try expect(search(transaction, ascending: true), [6, 3, 2, 5, 1, 4])
                try expect(search(transaction, by: .createdAt), [6, 5, 4, 3, 2, 1])
                try expect(search(transaction, by: .createdAt, ascending: true), [1, 2, 3, 4, 5, 6])
                // Times: 10:00:00, none (0:00:00), no date, 23:59:59, 10:00:00, empty (0:00:00).
                try expect(search(transaction, by: .studyDateAndTime), [6, 5, 1, 2, 4, 3])
                try expect(search(transaction, by: .studyDateAndTime, ascending: true), [4, 2, 1, 5, 6, 3])
                try expect(search(transaction, limit: 0), [])
            }
        },
        Check("image sets are found by each filter, and by two together") { catalog in
            try await catalog.write { transaction in
                try insertSearched(transaction)
                func range(_ lower: Int64, _ upper: Int64) -> ClosedRange<Timestamp> {
                    Timestamp(milliseconds: lower)...Timestamp(milliseconds: upper)
                }
                let cases: [([ImageSetQuery.Filter], [UInt128])] = [
                    ([.patientID("p1")], [4, 1]), ([.patientID("P1")], []), ([.patientID("")], []),
                    ([.accessionNumber("a0")], [2, 6, 4]), ([.studyID("s3")], [3]),
                    ([.studyInstanceUID("1.1")], [5, 3, 1]), ([.seriesInstanceUID("1.2.4")], [4]),
                    ([.seriesInstanceUID("1.2.")], []),
                    ([.createdAt(range(200, 400))], [2, 3, 4]), ([.updatedAt(range(800, 900))], [5, 2, 3]),
                    ([.studyDateAndTime("20240101000000"..."20240101100000")], [5, 2, 1]),
                    ([.isPrimary(false)], [3, 6]), ([.isPrimary(true)], [5, 2, 4, 1]),
                    ([.accessionNumber("a0"), .isPrimary(true)], [2, 4]),
                    ([.patientID("p1"), .patientID("p2")], []),
                ]
                for (filters, expected) in cases { try expect(search(transaction, filters), expected, "\(filters)") }
            }
        },
        Check("hits carry the sums of their study's series") { catalog in
            try await catalog.write { transaction in
                try insertSearched(transaction)
                let attributes = CatalogSample.attributes(study: "1.1", series: "1.2.1")
                try transaction.upsert(CatalogSample.series(attributes, imageSet: 1, instances: 2))
                let other = CatalogSample.attributes(study: "1.1", series: "1.2.5")
                try transaction.upsert(CatalogSample.series(other, imageSet: 5, instances: 3))
                let hits = try transaction.searchImageSets(ImageSetQuery(limit: 2))
                try expect(hits.map(\.imageSet.id.value), [5, 2])
                try expect(hits.map(\.numberOfStudyRelatedSeries), [2, nil])
                try expect(hits.map(\.numberOfStudyRelatedInstances), [5, nil])
            }
        },
        Check("pages show each set once, whatever changes between them") { catalog in
            try await catalog.write { try insertSearched($0) }
            for sortKey in [ImageSetQuery.SortKey.updatedAt, .createdAt, .studyDateAndTime] {
                for isAscending in [true, false] {
                    try await catalog.write { transaction in
                        let all = try search(transaction, by: sortKey, ascending: isAscending)
                        var query = ImageSetQuery(limit: 2)
                        query.sortKey = sortKey
                        query.isAscending = isAscending
                        var seen: [UInt128] = []
                        while let page = Optional(try transaction.searchImageSets(query)), let last = page.last {
                            seen += page.map(\.imageSet.id.value)
                            query.after = last.position
                        }
                        try expect(seen, all, "\(sortKey) \(isAscending)")
                    }
                }
            }
        },
        Check("sets that come or change after the first page neither repeat nor hide others") { catalog in
            try await catalog.write { transaction in
                try insertSearched(transaction)
                var query = ImageSetQuery(limit: 2)
                query.isAscending = true
                let first = try transaction.searchImageSets(query)
                try expect(first.map(\.imageSet.id.value), [6, 3])
                // 6 was shown and moves to the end; 4 was not and gets the key; 7 is new; 2 only changes its state.
                for id in [6, 4] as [UInt128] {
                    var changed = try require(transaction.imageSet(ImageSetID(id)))
                    changed.updatedAt = Timestamp(milliseconds: 2000)
                    try transaction.update(changed)
                }
                var new = CatalogSample.imageSet(7, createdAt: 2000)
                new.updatedAt = Timestamp(milliseconds: 2001)
                try transaction.insert(new)
                var locked = try require(transaction.imageSet(ImageSetID(2)))
                locked.state = .locked
                try transaction.update(locked)
                query.after = first.last?.position
                query.limit = 10
                try expect(transaction.searchImageSets(query).map(\.imageSet.id.value), [2, 5, 1])
            }
        },
        Check("by study date, a set whose date stays is still shown after it was updated") { catalog in
            try await catalog.write { transaction in
                try insertSearched(transaction)
                var query = ImageSetQuery(limit: 1)
                query.sortKey = .studyDateAndTime
                query.isAscending = true
                query.after = try transaction.searchImageSets(query).last?.position
                var updated = try require(transaction.imageSet(ImageSetID(2)))
                updated.updatedAt = Timestamp(milliseconds: 5000)
                updated.attributes.patientName = "Other"
                try transaction.update(updated)
                var moved = try require(transaction.imageSet(ImageSetID(1)))
                moved.updatedAt = Timestamp(milliseconds: 5000)
                moved.attributes.grouping.studyDate = "20250101"
                try transaction.update(moved)
                query.limit = 10
                try expect(transaction.searchImageSets(query).map(\.imageSet.id.value), [2, 5, 6, 3])
            }
        },
        Check("a position that is not of the search is refused") { catalog in
            try await catalog.write { transaction in
                var query = ImageSetQuery(limit: 1)
                query.after = .init(key: "x", id: ImageSetID(1), startedAt: 1)
                let wrong = query
                try expect(throws: CatalogError(.missing, "")) { try transaction.searchImageSets(wrong) }
            }
        },
    ]
}
