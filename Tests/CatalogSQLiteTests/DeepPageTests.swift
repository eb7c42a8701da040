import Catalog
import CatalogSQLite
import Foundation
import ImageSets
import TestSupport
import Testing

/// Deep pages are planned in another way than first ones; they must be parts of the same list.
struct DeepPageTests {
    private static let studies = 1_400
    private static let deep = 1_000

    private static let matches: [[Match]] = [
        [], [Match(.patientName, .wildcard("*stein*"))], [Match(.patientName, .anyWordPrefix(["ber"]))],
        [Match(.patientName, .wildcard("ber*")), Match(.modalitiesInStudy, .anyOf(["CT"]))],
        [Match(.modality, .anyOf(["CT"]))], [Match(.studyDate, .range(lower: "20240101", upper: nil))],
    ]

    @Test func deepPagesAreThoseOfTheWholeList() async throws {
        try await withTemporaryFolder { folder in
            let catalog = try SQLiteCatalog(path: folder.appending(path: "catalog.sqlite").path)
            try await catalog.write { transaction in
                for number in 0..<Self.studies {
                    var attributes = CatalogSample.attributes(study: "1.\(number)", series: "1.\(number).1")
                    attributes.patientName = number % 10 != 0 ? "Bergstein^\(number)" : "Berg^\(number)"
                    attributes.modality = number % 6 == 0 ? "MR" : "CT"
                    attributes.grouping.studyDate = "2024\(number % 3 + 10)01"
                    attributes.grouping.seriesNumber = "\(number % 7)"
                    try transaction.addImageSet(
                        UInt128(number + 1), instances: ["1.\(number).1.1"],
                        updatedAt: Int64(number * 7_919 % 1_009), attributes: attributes)
                }
            }
            try await catalog.read { transaction in
                for matches in Self.matches {
                    try Self.compare(matches) { try transaction.studies($0).map(\.studyInstanceUID) }
                    try Self.compare(matches) { try transaction.series($0).map(\.seriesInstanceUID) }
                    try Self.compare(matches) {
                        try transaction.instances($0, order: .instanceNumber)
                            .map(\.instance.attributes.sopInstanceUID)
                    }
                }
            }
            try await catalog.close()
        }
    }

    private static func compare(_ matches: [Match], _ search: (IndexQuery) throws -> [String]) throws {
        let all = try search(IndexQuery(matches: matches, offset: 0, limit: studies))
        guard all.count > deep else { return }
        for offset in [deep, all.count - 20] {
            let page = try search(IndexQuery(matches: matches, offset: offset, limit: 50))
            #expect(page == Array(all[offset...].prefix(50)), "\(matches) from \(offset)")
        }
        #expect(try search(IndexQuery(matches: matches, offset: all.count + deep, limit: 50)).isEmpty)
    }
}
