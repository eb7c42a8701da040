import Catalog
import GRDB
import ImageSets

extension SQLiteTransaction {
    // MARK: Image sets

    static let imageSetColumns = """
        image_set.id, image_set.state, image_set.is_primary, image_set.latest_version, image_set.created_at,
        image_set.updated_at, image_set.last_accessed_at, image_set.storage_tier,
        \(AttributeColumns.list(of: "image_set"))
        """

    func imageSet(_ id: ImageSetID) throws -> ImageSetRecord? {
        try row("SELECT \(Self.imageSetColumns) FROM image_set WHERE id = ?", [id.blob]) { try $0.imageSet() }
    }

    func imageSetCount() throws -> Int {
        try row("SELECT count(*) FROM image_set") { $0.integer() } ?? 0
    }

    func insert(_ imageSet: ImageSetRecord) throws {
        let columns = ["id", "is_primary"] + Self.stateColumns + Self.attributeColumns
        try counting { change in
            try execute(
                """
                INSERT INTO image_set (
                    \(columns.joined(separator: ", ")), created_change, updated_change, study_date_change)
                VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")), ?, ?, ?)
                """,
                [imageSet.id.blob, imageSet.isPrimary] + stateValues(of: imageSet) + attributeValues(of: imageSet)
                    + [change, change, change])
        }
    }

    /// Makes a change of sort keys under the next number, which is taken only when the change succeeds.
    private func counting(_ change: (_ number: Int64) throws -> Void) throws {
        let number = try changeCount() + 1
        try change(number)
        try execute("UPDATE change_count SET value = ?", [number])
    }

    /// How many changes of sort keys there were; the numbers order them as they became visible.
    func changeCount() throws -> Int64 {
        try row("SELECT value FROM change_count") { $0.number() } ?? 0
    }

    /// Writes what differs: most updates leave the attributes, and so most indexes, as they are.
    func update(_ imageSet: ImageSetRecord) throws {
        guard let old = try self.imageSet(imageSet.id) else { throw missing("image set") }
        let id = imageSet.id.blob
        if imageSet.isPrimary != old.isPrimary {
            try execute("UPDATE instance SET is_primary = ? WHERE image_set = ?", [imageSet.isPrimary, id])
            try execute("UPDATE image_set SET is_primary = ? WHERE id = ?", [imageSet.isPrimary, id])
        }
        var (columns, values) = (Self.stateColumns, stateValues(of: imageSet))
        if imageSet.attributes != old.attributes || imageSet.createdAt != old.createdAt {
            columns += Self.attributeColumns
            values += attributeValues(of: imageSet)
        }
        func write(_ columns: [String], _ values: [SQLValue]) throws {
            try execute("UPDATE image_set SET \(Self.assignments(columns)) WHERE id = ?", values + [id])
        }
        let changedKeys = imageSet.changedKeys(since: old)
        guard !changedKeys.isEmpty else { return try write(columns, values) }
        try counting { change in
            try write(columns + changedKeys.map(\.changeColumn), values + changedKeys.map { _ in change })
        }
    }

    /// Removes an image set and the objects that it leaves behind; its levels go in ``finish()``.
    func deleteImageSet(_ id: ImageSetID) throws {
        guard try imageSet(id) != nil else { throw missing("image set") }
        let blob = id.blob
        let objects = try rows("SELECT DISTINCT object FROM instance WHERE image_set = ?", [blob]) { $0.number() }
        for level in ["patient_level", "study_level", "series_level"] {
            releasedLevels.formUnion(
                try rows("SELECT DISTINCT \(level) FROM version WHERE image_set = ?", [blob]) { $0.number() })
        }
        try removeWarnings(ofInstancesIn: id)
        try execute("DELETE FROM instance WHERE image_set = ?", [blob])
        try execute("DELETE FROM frame_set WHERE image_set = ?", [blob])
        for level in releasedLevels {
            try execute("DELETE FROM level_use WHERE level = ? AND image_set = ?", [level, blob])
        }
        try execute("DELETE FROM version WHERE image_set = ?", [blob])
        try execute("DELETE FROM image_set WHERE id = ?", [blob])
        try removeObjects(ifUnreferenced: objects)
    }

    /// What changes with every version.
    private static let stateColumns = ["state", "latest_version", "updated_at", "last_accessed_at", "storage_tier"]

    private func stateValues(of imageSet: ImageSetRecord) -> [SQLValue] {
        [
            imageSet.state.rawValue, imageSet.latestVersion, imageSet.updatedAt?.milliseconds,
            imageSet.lastAccessedAt?.milliseconds, imageSet.storageTier.rawValue,
        ]
    }

    /// What seldom changes.
    private static let attributeColumns = ["created_at", "study_date_and_time"] + AttributeColumns.names

    private func attributeValues(of imageSet: ImageSetRecord) -> [SQLValue] {
        [imageSet.createdAt.milliseconds, imageSet.attributes.studyDateAndTime]
            + AttributeColumns.values(of: imageSet.attributes)
    }

    static func assignments(_ columns: [String]) -> String {
        columns.map { "\($0) = ?" }.joined(separator: ", ")
    }

    // MARK: Versions

    private static let versionColumns = """
        image_set, number, status, is_primary, created_at, updated_at, message, was_forced, patient_level, study_level,
        series_level, document_bytes
        """

    func version(_ number: Int, of imageSet: ImageSetID) throws -> VersionRecord? {
        try row(
            "SELECT \(Self.versionColumns) FROM version WHERE image_set = ? AND number = ?", [imageSet.blob, number]
        ) { try $0.version() }
    }

    func versions(of imageSet: ImageSetID, before: Int?, limit: Int) throws -> [VersionRecord] {
        try rows(
            """
            SELECT \(Self.versionColumns) FROM version WHERE image_set = ? AND number < ?
            ORDER BY number DESC LIMIT ?
            """,
            [imageSet.blob, before ?? .max, max(limit, 0)]
        ) { try $0.version() }
    }

    func insert(_ version: VersionRecord) throws {
        try checkLevels(version.levels)
        try execute(
            "INSERT INTO version (\(Self.versionColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                version.imageSet.blob, version.number, version.status.rawValue, version.isPrimary,
                version.createdAt.milliseconds, version.updatedAt?.milliseconds, version.message, version.wasForced,
                version.levels.patient.rawValue, version.levels.study.rawValue, version.levels.series.rawValue,
                version.documentBytes,
            ])
        try use(version.levels, in: version.imageSet)
    }

    func update(_ version: VersionRecord) throws {
        try checkLevels(version.levels)
        let changed = try execute(
            """
            UPDATE version SET status = ?, is_primary = ?, created_at = ?, updated_at = ?, message = ?, was_forced = ?,
                patient_level = ?, study_level = ?, series_level = ?, document_bytes = ?
            WHERE image_set = ? AND number = ?
            """,
            [
                version.status.rawValue, version.isPrimary, version.createdAt.milliseconds,
                version.updatedAt?.milliseconds, version.message, version.wasForced, version.levels.patient.rawValue,
                version.levels.study.rawValue, version.levels.series.rawValue, version.documentBytes,
                version.imageSet.blob, version.number,
            ])
        guard changed == 1 else { throw missing("version") }
        try use(version.levels, in: version.imageSet)
    }
}

extension ColumnReader {
    /// Reads the columns of ``SQLiteTransaction/imageSetColumns``.
    mutating func imageSet() throws -> ImageSetRecord {
        ImageSetRecord(
            id: try id(), state: try word(), isPrimary: flag(), latestVersion: integer(), createdAt: timestamp(),
            updatedAt: optionalTimestamp(), lastAccessedAt: optionalTimestamp(), storageTier: try word(),
            attributes: attributes())
    }

    fileprivate mutating func version() throws -> VersionRecord {
        var version = VersionRecord(
            imageSet: try id(), number: integer(), status: try word(), isPrimary: flag(), createdAt: timestamp(),
            updatedAt: optionalTimestamp(), message: optionalText(), wasForced: optionalFlag(),
            levels: LevelReferences(
                patient: LevelID(rawValue: number()), study: LevelID(rawValue: number()),
                series: LevelID(rawValue: number())))
        version.documentBytes = optionalInteger()
        return version
    }
}
