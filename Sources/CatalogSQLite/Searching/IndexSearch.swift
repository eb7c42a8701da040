import Catalog
import GRDB

/// A QIDO-RS search on one level, as SQL; ``SearchPlan`` decides where it begins.
struct IndexSearch {
    let level: Match.Key.Level
    let conditions: [SearchCondition]
    let query: IndexQuery

    init(_ query: IndexQuery, level: Match.Key.Level) {
        self.query = query
        self.level = level
        conditions = query.criteria.map(SearchCondition.init)
    }

    /// Whether no record can match: a condition is about a level below the records'.
    var isEmpty: Bool {
        query.limit <= 0 || conditions.contains { $0.level > level }
    }

    /// The statement that answers `columns` of the page in `order`; `walk` names the index that has this order.
    func statement(columns: String, order: SearchOrder, in transaction: SQLiteTransaction) throws -> SQL {
        let driver = try driver(walking: order.walk != nil, in: transaction)
        // Of the rows that a deep page passes over the index tells the key, so that few need be read or sorted.
        let walk = driver == nil || isDeep ? order.walk : nil
        let index: SQL = walk.map { SQL(sql: " INDEXED BY \($0)") } ?? ""
        let driven: [SQL] = driver.map { ["\(SQL(sql: level.keyColumn)) IN (\($0))"] } ?? []
        let filters = driven + conditions.map(\.filter) + (level == .instance ? [Self.isCurrent] : [])
        return """
            SELECT \(SQL(sql: columns)) FROM \(SQL(sql: level.table))\(index)\(joins)
            WHERE \(filters.conjunction)
            ORDER BY \(SQL(sql: order.terms(isSorting: driver != nil && walk == nil)))
            LIMIT \(query.limit) OFFSET \(max(query.offset, 0))
            """
    }

    private var isDeep: Bool { query.offset >= SearchPlan.deepOffset }

    private static let isCurrent: SQL = "(instance.is_primary = 1 AND instance.end_version IS NULL)"

    /// The levels above, joined in this order: from the row found to the records that it stands in.
    private var joins: SQL {
        switch level {
        case .study: ""
        case .series: " CROSS JOIN study ON study.uid = series.study_uid"
        case .instance:
            """
             CROSS JOIN series ON series.image_set = instance.image_set
             CROSS JOIN study ON study.uid = series.study_uid
            """
        }
    }

    /// The keys to begin with, of the level searched; nil when the order is walked.
    private func driver(walking canWalk: Bool, in transaction: SQLiteTransaction) throws -> SQL? {
        let rows = try transaction.rowsAtMost(level.keyColumn, level.table)
        let wanted = canWalk ? query.limit.addingReportingOverflow(max(query.offset, 0)).partialValue : rows
        var plan = SearchPlan(wanted: max(wanted, 1), rows: rows)
        let bound = isDeep ? max(SearchPlan.countMax, min(rows / 4, SearchPlan.deepCountMax)) : SearchPlan.countMax
        for condition in conditions {
            guard let candidates = condition.candidates else { continue }
            let count = try transaction.count(condition.counted ?? candidates, upTo: bound)
            if count == bound {
                plan.addMany(
                    count: count,
                    of: try transaction.rowsAtMost(condition.level.keyColumn, condition.level.table))
            } else if condition.level == level {
                plan.addFew(count: count, keys: candidates)
            } else {
                plan.addFew(
                    count: try transaction.first(of: lowered(candidates, from: condition.level, columns: .size)),
                    keys: lowered(candidates, from: condition.level, columns: .keys))
            }
        }
        return plan.driver
    }

    /// Columns of the rows searched that stand in rows of a level above.
    ///
    /// How many instances those are follows from their series, without a look at the instances.
    private func lowered(_ keys: SQL, from upper: Match.Key.Level, columns: Columns) -> SQL {
        let series: SQL =
            upper == .study
            ? "study CROSS JOIN series ON series.study_uid = study.uid WHERE study.key IN (\(keys))"
            : "series WHERE series.key IN (\(keys))"
        return switch (level, columns) {
        case (.instance, .size): "SELECT total(series.number_of_instances) FROM \(series)"
        case (_, .size): "SELECT count(*) FROM \(series)"
        case (.instance, .keys):
            """
            SELECT instance.id FROM (SELECT series.image_set AS listed FROM \(series))
            CROSS JOIN instance ON instance.image_set = listed
            """
        case (_, .keys): "SELECT series.key FROM \(series)"
        }
    }

    private enum Columns {
        case keys, size
    }
}

/// An order of answers: terms of ORDER BY, and the index that has it.
struct SearchOrder {
    var first: String
    var rest: String
    var walk: String?

    /// The terms; when sorting, the first is an expression (`+`), so that the planner does not walk an index instead.
    func terms(isSorting: Bool) -> String {
        "\(isSorting ? "+" : "")\(first), \(rest)"
    }
}
