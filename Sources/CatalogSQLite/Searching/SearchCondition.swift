import Catalog
import GRDB

/// One condition of a search as SQL, in two forms.
struct SearchCondition {
    /// Whether a row fulfils it; over the tables of its level and those above (`study`, `series`, `instance`).
    var filter: SQL
    /// The row keys of its level that may fulfil it, found through an index and one by one, so that a LIMIT ends the
    /// search; nil when no index helps.
    var candidates: SQL?
    /// A cheaper query with at least as many rows as `candidates`, to count instead.
    var counted: SQL?
    /// The table that `candidates` are keys of.
    var level: Match.Key.Level
}

extension SearchCondition {
    init(_ criterion: Criterion) {
        switch criterion {
        case .match(let match):
            self.init(match)
        case .instant(let date, let time, let lower, let upper):
            self.init(date: date, time: time, lower: lower, upper: upper)
        }
    }

    /// A condition that no row fulfils.
    private static func never(_ level: Match.Key.Level) -> Self {
        Self(filter: "0", candidates: "SELECT 0 WHERE 0", level: level)
    }

    // MARK: Matches

    private init(_ match: Match) {
        let level = match.key.level
        if case .anyWordPrefix(let words) = match.condition {
            self = Self.anyWordPrefix(words, of: match.key)
            return
        }
        guard let test = ValueTest(match) else {
            self = .never(level)
            return
        }
        switch match.key {
        case .modalitiesInStudy:
            let holds = test.holds(for: "listed.modality")
            filter = "EXISTS (SELECT 1 FROM series AS listed WHERE listed.study_uid = study.uid AND \(holds))"
            if let bounds = test.bounds(for: "listed.modality") {
                candidates = """
                    SELECT study.key FROM series AS listed CROSS JOIN study ON study.uid = listed.study_uid
                    WHERE \(bounds) AND \(holds)
                    """
                counted = "SELECT 1 FROM series AS listed WHERE \(bounds) AND \(holds)"
            }
        case .warningReason:
            // Codes are compared as text but found as numbers.
            let holds = test.numbers.map { SQL("code IN \($0)") } ?? test.holds(for: "CAST(code AS TEXT)")
            let instances: SQL = "SELECT instance FROM instance_warning WHERE \(holds)"
            filter = "instance.id IN (\(instances))"
            candidates = instances
        case .seriesNumber, .instanceNumber:
            (filter, candidates) = Self.number(test, of: match.key)
        default:
            let column = match.key.column
            filter = test.holds(for: SQL(sql: column))
            candidates = match.key.isIndexed ? Self.keys(test, of: match.key, column: column) : nil
        }
        self.level = level
    }

    /// The keys that an index of the column finds.
    private static func keys(_ test: ValueTest, of key: Match.Key, column: String) -> SQL? {
        let (table, current) = (SQL(sql: key.level.table), key.level.current)
        let keyColumn = SQL(sql: key.level.keyColumn)
        if let bounds = test.bounds(for: SQL(sql: column)) {
            return
                "SELECT \(keyColumn) FROM \(table) WHERE \(bounds) AND \(test.holds(for: SQL(sql: column)))\(current)"
        }
        guard key.level == .study else { return nil }
        if key.hasTrigrams, let trigrams = test.trigrams(column: column.split(separator: ".")[1]) {
            return "SELECT rowid FROM study_text WHERE study_text MATCH \(trigrams)"
        }
        // Nothing to look up; but reading the column's index is faster than reading the rows.
        return "SELECT study.key FROM study WHERE \(test.holds(for: SQL(sql: column)))"
    }

    /// Single numbers are found by the order of the level; patterns and ranges look at the digits.
    private static func number(_ test: ValueTest, of key: Match.Key) -> (filter: SQL, candidates: SQL?) {
        let (table, current) = (SQL(sql: key.level.table), key.level.current)
        if let numbers = test.numbers {
            let filter: SQL = "\(table).number_order IN \(numbers)"
            return (filter, "SELECT \(SQL(sql: key.level.keyColumn)) FROM \(table) WHERE \(filter)\(current)")
        }
        let digits: SQL =
            key == .seriesNumber
            ? """
            iif(series.number_order = 9223372036854775807, series.series_number, CAST(series.number_order AS TEXT))
            """
            : "CAST(instance.instance_number AS TEXT)"
        return (test.holds(for: digits), nil)
    }

    private static func anyWordPrefix(_ words: [String], of key: Match.Key) -> Self {
        let words = PersonNameText.wanted(words)
        guard key.isPersonName, !words.isEmpty else { return .never(key.level) }
        let ranges = words.map { ValueTest.prefix($0, of: "word") }.joined(separator: " OR ")
        let list = SQL(sql: key == .patientName ? "study.patient_name_words" : "study.referring_physician_name_words")
        return Self(
            filter: words.map { "instr(\(list), \(" " + $0)) > 0" }.joined(separator: " OR "),
            candidates: "SELECT study FROM study_word WHERE field = \(key.rawValue) AND (\(ranges))", level: .study)
    }

    // MARK: Instants

    private init(date: Match.Key, time: Match.Key, lower: Criterion.Bound?, upper: Criterion.Bound?) {
        let (day, hour) = (SQL(sql: date.column), SQL(sql: time.column))
        var days: [SQL] = ["\(day) IS NOT NULL"]
        var instants: [SQL] = ["\(hour) IS NOT NULL"]
        if let lower {
            days.append("\(day) >= \(lower.date)")
            instants.append("(\(day), \(hour)) >= (\(lower.date), \(lower.time ?? ""))")
        }
        if let upper {
            days.append("\(day) <= \(upper.date)")
            if let hours = upper.time { instants.append("(\(day), \(hour)) <= (\(upper.date), \(hours))") }
        }
        filter = (days + instants).conjunction
        let table = SQL(sql: date.level.table)
        candidates = "SELECT \(SQL(sql: date.level.keyColumn)) FROM \(table) WHERE \(filter)"
        level = date.level
    }
}

// MARK: Tables and columns

extension [SQL] {
    /// All of the conditions together.
    var conjunction: SQL {
        isEmpty ? "1" : map { "(\($0))" }.joined(separator: " AND ")
    }
}

extension Match.Key.Level {
    /// The table of the level's records.
    var table: String {
        switch self {
        case .study: "study"
        case .series: "series"
        case .instance: "instance"
        }
    }

    /// What names a row of it.
    var keyColumn: String {
        self == .instance ? "instance.id" : "\(table).key"
    }

    /// What makes a row one that searches see, as a further condition; it opens the partial indexes.
    fileprivate var current: SQL {
        self == .instance ? " AND instance.is_primary = 1 AND instance.end_version IS NULL" : ""
    }
}

extension Match.Key {
    /// The column that holds the key's value; names of persons folded.
    fileprivate var column: String {
        switch self {
        case .patientName: "study.patient_name_folded"
        case .patientID: "study.patient_id"
        case .patientBirthDate: "study.patient_birth_date"
        case .patientBirthTime: "study.patient_birth_time"
        case .studyInstanceUID: "study.uid"
        case .studyDate: "study.study_date"
        case .studyTime: "study.study_time"
        case .studyID: "study.study_id"
        case .accessionNumber: "study.accession_number"
        case .studyDescription: "study.study_description"
        case .referringPhysicianName: "study.referring_physician_name_folded"
        case .modalitiesInStudy, .modality: "series.modality"
        case .seriesInstanceUID: "series.uid"
        case .seriesNumber: "series.series_number"
        case .seriesDescription: "series.series_description"
        case .bodyPartExamined: "series.body_part_examined"
        case .seriesDate: "series.series_date"
        case .seriesTime: "series.series_time"
        case .performedProcedureStepStartDate: "series.performed_procedure_step_start_date"
        case .performedProcedureStepStartTime: "series.performed_procedure_step_start_time"
        case .sopInstanceUID: "instance.sop_instance_uid"
        case .sopClassUID: "instance.sop_class_uid"
        case .instanceNumber: "instance.instance_number"
        case .warningReason: "instance_warning.code"
        }
    }

    /// Whether an index begins with the column.
    fileprivate var isIndexed: Bool {
        self != .seriesTime && self != .performedProcedureStepStartTime
    }

    /// Whether `study_text` finds parts of the value.
    fileprivate var hasTrigrams: Bool {
        switch self {
        case .patientName, .referringPhysicianName, .patientID, .studyDescription, .accessionNumber: true
        default: false
        }
    }
}
