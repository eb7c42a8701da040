import Catalog
import CatalogSQLite
import Foundation
import ImageSets
import TestSupport
import Testing

/// SearchImageSets on random catalogs, page by page while others write, beside a filter and a sort that know no index.
struct ImageSetSearchPropertyTests {
    @Test(arguments: 1...6)
    func pagesAreWhatANaiveFilterFinds(seed: Int) async throws {
        try await withTemporaryFolder { folder in
            let catalogs: [any Catalog] = [
                InMemoryCatalog(), try SQLiteCatalog(path: folder.appending(path: "catalog.sqlite").path),
            ]
            for catalog in catalogs {
                var history = RandomHistory(seed: UInt64(seed))
                for round in 0..<25 {
                    for _ in 0..<history.number(2...10) { try await change(catalog, &history) }
                    try await compare(catalog, &history, "\(type(of: catalog)), round \(round)")
                }
                try await catalog.close()
            }
        }
    }

    /// One search in pages; between them sets come, change and go.
    private func compare(_ catalog: any Catalog, _ history: inout RandomHistory, _ place: String) async throws {
        var query = history.imageSetQuery()
        let before = try await everything(in: catalog)
        var (shown, touched): ([ImageSetID], Set<ImageSetID>) = ([], [])
        while true {
            let page = try await catalog.read { [query] in try $0.searchImageSets(query) }
            guard let last = page.last else { break }
            shown += page.map(\.imageSet.id)
            query.after = last.position
            // The page was read; what comes now is "later", within the same millisecond or with an earlier clock.
            if history.chance(70) { touched.formUnion(try await change(catalog, &history)) }
        }
        #expect(Set(shown).count == shown.count, "\(place), \(query): a set was shown twice")
        let expected = Self.naive(query, before)
        let untouched = expected.filter { !touched.contains($0) }
        #expect(shown.filter { !touched.contains($0) } == untouched, "\(place), \(query)")
        #expect(Set(shown).isSubset(of: before.map(\.id)), "\(place), \(query): a set came later")
        if touched.isEmpty { #expect(shown == expected, "\(place), \(query)") }
    }

    /// A random change of an image set; answers the sets it concerns.
    @discardableResult
    private func change(_ catalog: any Catalog, _ history: inout RandomHistory) async throws -> Set<ImageSetID> {
        let record = history.imageSet(among: 40)
        let isRemoval = history.chance(10)
        try await catalog.write { transaction in
            let isKnown = try transaction.imageSet(record.id) != nil
            switch (isKnown, isRemoval) {
            case (true, true): try transaction.deleteImageSet(record.id)
            case (true, false): try transaction.update(record)
            case (false, _): try transaction.insert(record)
            }
        }
        return [record.id]
    }

    private func everything(in catalog: any Catalog) async throws -> [ImageSetRecord] {
        try await catalog.read { transaction in
            try (1...40).compactMap { try transaction.imageSet(ImageSetID($0)) }
        }
    }

    // MARK: The oracle

    private static func naive(_ query: ImageSetQuery, _ records: [ImageSetRecord]) -> [ImageSetID] {
        let matching = records.filter { record in query.filters.allSatisfy { holds($0, record) } }
        let (withKey, without) = (
            matching.filter { key(query.sortKey, $0) != nil }, matching.filter { key(query.sortKey, $0) == nil }
        )
        return [withKey, without].flatMap { part in
            let ascending = part.sorted { left, right in
                let (leftKey, rightKey) = (key(query.sortKey, left) ?? "", key(query.sortKey, right) ?? "")
                return leftKey == rightKey ? left.id < right.id : leftKey < rightKey
            }
            return (query.isAscending ? ascending : ascending.reversed()).map(\.id)
        }
    }

    /// The sort key as text whose order is the key's.
    private static func key(_ sortKey: ImageSetQuery.SortKey, _ record: ImageSetRecord) -> String? {
        func text(_ instant: Timestamp) -> String {
            let digits = String(instant.milliseconds)
            return String(repeating: "0", count: 20 - digits.count) + digits
        }
        return switch sortKey {
        case .createdAt: text(record.createdAt)
        case .updatedAt: record.updatedAt.map(text)
        case .studyDateAndTime: record.attributes.studyDateAndTime
        }
    }

    private static func holds(_ filter: ImageSetQuery.Filter, _ record: ImageSetRecord) -> Bool {
        let grouping = record.attributes.grouping
        func equal(_ left: String, _ right: String) -> Bool { !right.isEmpty && Array(left.utf8) == Array(right.utf8) }
        switch filter {
        case .patientID(let value): return equal(grouping.patientID, value)
        case .accessionNumber(let value): return equal(grouping.accessionNumber, value)
        case .studyID(let value): return equal(grouping.studyID, value)
        case .studyInstanceUID(let value): return equal(grouping.studyInstanceUID, value)
        case .seriesInstanceUID(let value): return equal(grouping.seriesInstanceUID, value)
        case .isPrimary(let value): return record.isPrimary == value
        case .createdAt(let range): return range ~= record.createdAt
        case .updatedAt(let range): return record.updatedAt.map { range ~= $0 } ?? false
        case .studyDateAndTime(let range): return record.attributes.studyDateAndTime.map { range ~= $0 } ?? false
        }
    }
}
