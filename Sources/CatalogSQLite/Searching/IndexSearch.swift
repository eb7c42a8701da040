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
        let filters = conditions.map(\.filter) + (level == .instance ? [Self.isCurrent] : [])
        let matching = filters.conjunction
        let page: SQL = "LIMIT \(query.limit) OFFSET \(max(query.offset, 0))"
        guard let driver = try driver(walking: order.walk != nil, in: transaction) else {
            let walk: SQL = order.walk.map { SQL(sql: " INDEXED BY \($0)") } ?? ""
            return """
                SELECT \(SQL(sql: columns)) FROM \(SQL(sql: level.table))\(walk)\(joins)
                WHERE \(matching) ORDER BY \(SQL(sql: order.terms(isSorting: false))) \(page)
                """
        }
        return """
            SELECT \(SQL(sql: columns)) FROM \(SQL(sql: level.table))\(joins)
            WHERE \(SQL(sql: level.keyColumn)) IN (\(driver)) AND \(matching)
            ORDER BY \(SQL(sql: order.terms(isSorting: true))) \(page)
            """
    }

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
        for condition in conditions {
            guard let candidates = condition.candidates else { continue }
            let count = try transaction.count(condition.counted ?? candidates, upTo: SearchPlan.countMax)
            let keys = lowered(candidates, from: condition.level)
            var keyCount = count < SearchPlan.countMax ? count : nil
            if keyCount != nil, condition.level < level {
                let lower = try transaction.count(keys, upTo: SearchPlan.countMax)
                keyCount = lower < SearchPlan.countMax ? lower : nil
            }
            plan.add(
                count: count, of: try transaction.rowsAtMost(condition.level.keyColumn, condition.level.table),
                keys: keys, keyCount: keyCount)
        }
        return plan.driver
    }

    /// The keys of the rows searched that stand in rows of a level above.
    private func lowered(_ keys: SQL, from upper: Match.Key.Level) -> SQL {
        switch (upper, level) {
        case (.study, .series):
            """
            SELECT series.key FROM study CROSS JOIN series ON series.study_uid = study.uid WHERE study.key IN (\(keys))
            """
        case (.study, .instance):
            """
            SELECT instance.id FROM study CROSS JOIN series ON series.study_uid = study.uid
            CROSS JOIN instance ON instance.image_set = series.image_set WHERE study.key IN (\(keys))
            """
        case (.series, .instance):
            """
            SELECT instance.id FROM series CROSS JOIN instance ON instance.image_set = series.image_set
            WHERE series.key IN (\(keys))
            """
        default:
            keys
        }
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
