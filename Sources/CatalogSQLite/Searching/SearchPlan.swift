import GRDB

/// Decides whether a search begins with the candidates of one condition, or walks the index that has the answer's order.
///
/// SQLite's planner does not know how many rows a condition leaves; this looks, counting to a bound. Sorting costs all
/// candidates of the driving condition; walking costs the rows passed until the page is full, which follows from the
/// shares of the rows that each condition leaves, as if they had nothing to do with each other.
struct SearchPlan {
    private var best: (count: Int, keys: SQL)?
    private var rowsWalked: Double
    private let rows: Double

    /// A condition's candidates are counted no further than this.
    static let countMax = 3000

    /// Begins a plan for `wanted` answers out of a table of about `rows`.
    init(wanted: Int, rows: Int) {
        rowsWalked = Double(wanted)
        self.rows = Double(max(rows, 1))
    }

    /// Takes a condition into account.
    ///
    /// `count` is of its own level, where the table has about `rows`; `keys` are of the level searched and `keyCount` is
    /// theirs, nil when there are too many to begin with.
    mutating func add(count: Int, of rows: Int, keys: SQL, keyCount: Int?) {
        rowsWalked *= Double(max(rows, 1)) / Double(max(count, 1))
        if let keyCount, keyCount < best?.count ?? .max { best = (keyCount, keys) }
    }

    /// The keys to begin with; nil when walking is expected to cost less.
    var driver: SQL? {
        guard let best, Double(best.count) <= min(rowsWalked, rows) else { return nil }
        return best.keys
    }
}

extension SQLiteTransaction {
    /// How many rows a query has, counted to a bound.
    func count(_ query: SQL, upTo limit: Int) throws -> Int {
        try rows(of: "SELECT count(*) FROM (\(query) LIMIT \(limit))") { $0.integer() }.first ?? 0
    }

    /// About how many rows a table has: its greatest key.
    func rowsAtMost(_ keyColumn: String, _ table: String) throws -> Int {
        try row("SELECT ifnull(max(\(keyColumn)), 0) FROM \(table)") { $0.integer() } ?? 0
    }
}
