import Catalog
import GRDB

/// A QIDO-RS search on one level, as SQL.
///
/// SQLite's planner knows nothing of how many rows a condition leaves, so the search looks first: it counts the
/// candidates of each condition up to a bound. The condition with the fewest drives the query, its rows are sorted. When
/// every condition leaves many, the index that has the answer's order is walked and the rest filtered, which finds a
/// page soon because many rows fit.
struct IndexSearch {
    let level: Match.Key.Level
    let conditions: [SearchCondition]
    let query: IndexQuery

    /// The most candidates worth sorting: on the condition's own level, and on the level searched.
    private static let candidatesMax = 1000
    private static let rowsMax = 20_000

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
        guard let driver = try driver(in: transaction) else {
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

    /// The keys to begin with, of the level searched; nil when every condition leaves too many.
    private func driver(in transaction: SQLiteTransaction) throws -> SQL? {
        var best: (count: Int, keys: SQL)?
        for condition in conditions {
            guard let candidates = condition.candidates else { continue }
            let count = try transaction.count(candidates, upTo: Self.candidatesMax + 1)
            guard count <= Self.candidatesMax, count < best?.count ?? .max else { continue }
            let keys = lowered(candidates, from: condition.level)
            if condition.level < level {
                guard try transaction.count(keys, upTo: Self.rowsMax + 1) <= Self.rowsMax else { continue }
            }
            best = (count, keys)
        }
        return best?.keys
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

extension SQLiteTransaction {
    /// How many rows a query has, counted to a bound.
    func count(_ query: SQL, upTo limit: Int) throws -> Int {
        try rows(of: "SELECT count(*) FROM (\(query) LIMIT \(limit))") { $0.integer() }.first ?? 0
    }
}
