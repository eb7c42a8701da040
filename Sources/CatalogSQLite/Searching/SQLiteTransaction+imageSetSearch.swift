import Catalog
import GRDB
import ImageSets

extension SQLiteTransaction {
    func searchImageSets(_ query: ImageSetQuery) throws -> [ImageSetHit] {
        guard query.limit > 0 else { return [] }
        let search = try ImageSetSearch(query)
        var found: [ImageSetRecord] = []
        for statement in try search.statements(in: self) where found.count < query.limit {
            found += try rows(of: "\(statement) LIMIT \(query.limit - found.count)") { try $0.imageSet() }
        }
        let summaries = try seriesSummaries(ofStudies: found.map(\.attributes.grouping.studyInstanceUID))
        let startedAt = try query.after?.startedAt ?? changeCount()
        return found.map { imageSet in
            let summary = summaries[imageSet.attributes.grouping.studyInstanceUID]
            return ImageSetHit(
                imageSet: imageSet, numberOfStudyRelatedSeries: summary?.series,
                numberOfStudyRelatedInstances: summary?.instances,
                position: .init(
                    key: imageSet.positionKey(query.sortKey), id: imageSet.id, startedAt: startedAt))
        }
    }
}

/// A page of SearchImageSets as SQL; ``SearchPlan`` decides where it begins.
private struct ImageSetSearch {
    let query: ImageSetQuery
    /// The column of the sort key, and the index that begins with it.
    let column: SQL
    let index: SQL
    let conditions: [SQL]
    /// Where the page before ended.
    let last: (key: (any DatabaseValueConvertible)?, id: ImageSetID)?

    init(_ query: ImageSetQuery) throws {
        self.query = query
        var conditions = query.filters.map(\.condition)
        switch query.sortKey {
        case .updatedAt: (column, index) = ("image_set.updated_at", "image_set_updated")
        case .createdAt: (column, index) = ("image_set.created_at", "image_set_created")
        case .studyDateAndTime: (column, index) = ("image_set.study_date_and_time", "image_set_study_date")
        }
        if let after = query.after {
            let number = try after.sortNumber(of: query.sortKey)
            last = (query.sortKey == .studyDateAndTime ? after.key : number, after.id)
            // Rows whose sort key was set after the first page was read have been shown or never were part of it.
            conditions.append("\(sql: query.sortKey.changeColumn) <= \(after.startedAt)")
        } else {
            last = nil
        }
        self.conditions = conditions
    }

    /// The statements that give the page one after the other: rows that have the key in its order, then rows without.
    func statements(in transaction: SQLiteTransaction) throws -> [SQL] {
        let columns = SQL(sql: SQLiteTransaction.imageSetColumns)
        let driver = try driver(in: transaction)
        let source: SQL = driver == nil ? "image_set INDEXED BY \(index)" : "image_set"
        let isDriven: [SQL] = driver.map { ["image_set.key IN (\($0))"] } ?? []
        let (sort, direction): (SQL, SQL) = (driver == nil ? "" : "+", query.isAscending ? "ASC" : "DESC")
        return parts.map { part in
            let matching = (isDriven + conditions + part).conjunction
            return """
                SELECT \(columns) FROM \(source) WHERE \(matching)
                ORDER BY \(sort)\(column) \(direction), image_set.id \(direction)
                """
        }
    }

    /// The conditions of the rows with the sort key after the last row, and of those without it.
    private var parts: [[SQL]] {
        let beyond: SQL = query.isAscending ? ">" : "<"
        let (withKey, without): (SQL, SQL) = ("\(column) IS NOT NULL", "\(column) IS NULL")
        guard let last else { return [[withKey], [without]] }
        let isLater: SQL = "image_set.id \(beyond) \(last.id.blob)"
        guard let key = last.key else { return [[without, isLater]] }
        return [["(\(column), image_set.id) \(beyond) (\(key), \(last.id.blob))"], [without]]
    }

    /// The keys to begin with; nil when the order is walked.
    private func driver(in transaction: SQLiteTransaction) throws -> SQL? {
        let rows = try transaction.rowsAtMost("key", "image_set")
        var plan = SearchPlan(wanted: query.limit, rows: rows)
        for filter in query.filters {
            let keys: SQL = "SELECT key FROM image_set WHERE \(filter.condition)"
            let count = try transaction.count(keys, upTo: SearchPlan.countMax)
            if count < SearchPlan.countMax {
                plan.addFew(count: count, keys: keys)
            } else {
                plan.addMany(count: count, of: rows)
            }
        }
        return plan.driver
    }
}

extension ImageSetQuery.SortKey {
    /// Where the change is kept that set the value that rows are sorted by.
    var changeColumn: String {
        switch self {
        case .updatedAt: "updated_change"
        case .createdAt: "created_change"
        case .studyDateAndTime: "study_date_change"
        }
    }
}

extension ImageSetQuery.Filter {
    fileprivate var condition: SQL {
        switch self {
        case .patientID(let value): "image_set.patient_id = \(value)"
        case .accessionNumber(let value): "image_set.accession_number = \(value)"
        case .studyID(let value): "image_set.study_id = \(value)"
        case .studyInstanceUID(let value): "image_set.study_instance_uid = \(value)"
        case .seriesInstanceUID(let value): "image_set.series_instance_uid = \(value)"
        case .createdAt(let range): Self.between("image_set.created_at", range)
        case .updatedAt(let range): Self.between("image_set.updated_at", range)
        case .studyDateAndTime(let range):
            "image_set.study_date_and_time BETWEEN \(range.lowerBound) AND \(range.upperBound)"
        case .isPrimary(let value): "image_set.is_primary = \(value)"
        }
    }

    private static func between(_ column: SQL, _ range: ClosedRange<Timestamp>) -> SQL {
        "\(column) BETWEEN \(range.lowerBound.milliseconds) AND \(range.upperBound.milliseconds)"
    }
}
