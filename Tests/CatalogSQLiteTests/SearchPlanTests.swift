import Catalog
import Foundation
import GRDB
import Testing

@testable import CatalogSQLite

/// Candidates are what a search begins with: at a million rows they must come through an index.
struct SearchPlanTests {
    private static let conditions: [Match.Condition] = [
        .anyOf(["1"]), .anyOf(["1", "2"]), .range(lower: "1", upper: "2"), .wildcard("abc*"), .wildcard("*abcd*"),
        .anyWordPrefix(["ab"]),
    ]

    /// Times of series are the one kind of key without an index of their own.
    private static let keys = Match.Key.allCases.filter { key in
        key != .seriesTime && key != .performedProcedureStepStartTime
    }

    @Test(arguments: keys) func candidatesOfEveryKeyComeThroughAnIndex(key: Match.Key) async throws {
        let queue = try DatabaseQueue()
        try CatalogMigrations.migrator.migrate(queue)
        var served = 0
        for condition in Self.conditions {
            guard let candidates = SearchCondition(.match(Match(key, condition))).candidates else { continue }
            served += 1
            let plan = try await queue.read { database in
                try Row.fetchAll(database, SQLRequest<Row>(literal: "EXPLAIN QUERY PLAN \(candidates)"))
                    .map { $0["detail"] as String }
            }
            let scans = plan.filter {
                $0.hasPrefix("SCAN") && !$0.contains("INDEX") && !$0.contains("CONSTANT")
            }
            #expect(scans.isEmpty || key == .warningReason, "\(condition): \(plan)")
        }
        #expect(served >= (key.isNumber ? 2 : 4))
    }

    @Test func orderedWalksNeedNoSorting() async throws {
        let queue = try DatabaseQueue()
        try CatalogMigrations.migrator.migrate(queue)
        let query = IndexQuery(matches: [], offset: 0, limit: 10)
        for (level, order) in [
            (.study, SearchOrder(first: "study.updated_at DESC", rest: "study.uid", walk: "study_updated")),
            (.series, SearchOrder(first: "series.number_order", rest: "series.uid", walk: "series_order")),
            (
                .instance,
                SearchOrder(
                    first: "instance.number_order", rest: "instance.sop_instance_uid", walk: "instance_order")
            ),
        ] as [(Match.Key.Level, SearchOrder)] {
            let plan = try await queue.read { database in
                let statement = try IndexSearch(query, level: level)
                    .statement(columns: "1", order: order, in: SQLiteTransaction(database))
                return try Row.fetchAll(database, SQLRequest<Row>(literal: "EXPLAIN QUERY PLAN \(statement)"))
                    .map { $0["detail"] as String }
            }
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(level): \(plan)")
        }
    }
}
