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
    static let countMax = 10_000
    /// Nor than this, for a page that passes over at least ``deepOffset`` rows: walking to it costs more.
    static let deepCountMax = 50_000
    static let deepOffset = 1_000

    /// Begins a plan for `wanted` answers out of a table of about `rows`.
    init(wanted: Int, rows: Int) {
        rowsWalked = Double(wanted)
        self.rows = Double(max(rows, 1))
    }

    /// Takes a condition into account that leaves few rows: about `count` of the level searched, which `keys` are.
    mutating func addFew(count: Int, keys: SQL) {
        rowsWalked *= rows / Double(max(count, 1))
        if count < best?.count ?? .max { best = (count, keys) }
    }

    /// Takes a condition into account that leaves too many rows to begin with: `count` or more, on a level whose table
    /// has about `rows`.
    mutating func addMany(count: Int, of rows: Int) {
        rowsWalked *= Double(max(rows, count)) / Double(count)
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
        try first(of: "SELECT count(*) FROM (\(query) LIMIT \(limit))")
    }

    /// The one number that a query gives.
    func first(of query: SQL) throws -> Int {
        try rows(of: "SELECT CAST((\(query)) AS INTEGER)") { $0.integer() }.first ?? 0
    }

    /// About how many rows a table has: its greatest key.
    func rowsAtMost(_ keyColumn: String, _ table: String) throws -> Int {
        try row("SELECT ifnull(max(\(keyColumn)), 0) FROM \(table)") { $0.integer() } ?? 0
    }
}
