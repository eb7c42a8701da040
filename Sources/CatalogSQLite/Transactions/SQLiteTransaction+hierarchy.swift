import Catalog
import GRDB
import ImageSets

extension SQLiteTransaction {
    static let studyColumns = """
        study.uid, study.image_set, study.updated_at, \(AttributeColumns.list(of: "study"))
        """

    static let seriesColumns = """
        series.uid, series.study_uid, series.image_set, series.number_of_instances, series.updated_at,
        \(AttributeColumns.list(of: "series"))
        """

    func primaryImageSets(ofStudy studyInstanceUID: String) throws -> [ImageSetRecord] {
        try rows(
            """
            SELECT \(Self.imageSetColumns) FROM image_set WHERE study_instance_uid = ? AND +is_primary = 1
            ORDER BY image_set.id
            """,
            [studyInstanceUID]
        ) { try $0.imageSet() }
    }

    func primarySeries(_ seriesInstanceUID: String) throws -> SeriesRecord? {
        try row("SELECT \(Self.seriesColumns) FROM series WHERE uid = ?", [seriesInstanceUID]) { try $0.series() }
    }

    // MARK: Studies

    /// Writes what differs: an import into a study leaves its attributes, and so most indexes, as they are.
    func upsert(_ study: StudyRecord) throws {
        let old = try self.study(study.studyInstanceUID)
        if let old, old.record.attributes == study.attributes {
            try execute(
                "UPDATE study SET updated_at = ?, image_set = ? WHERE key = ?",
                [study.updatedAt.milliseconds, study.imageSet.blob, old.key])
            return
        }
        if let old { try remove(old.record, key: old.key) }
        let columns = [
            "uid", "image_set", "updated_at", "patient_name_folded", "patient_name_words",
            "referring_physician_name_folded", "referring_physician_name_words",
        ]
        try execute(
            """
            INSERT INTO study (\((columns + AttributeColumns.names).joined(separator: ", ")))
            VALUES (\((columns + AttributeColumns.names).map { _ in "?" }.joined(separator: ", ")))
            """,
            [
                study.studyInstanceUID, study.imageSet.blob, study.updatedAt.milliseconds,
                study.attributes.patientName.map(PersonNameText.folded),
                study.attributes.patientName.map(Self.wordList),
                study.attributes.referringPhysicianName.map(PersonNameText.folded),
                study.attributes.referringPhysicianName.map(Self.wordList),
            ] + AttributeColumns.values(of: study.attributes))
        let key = database.lastInsertedRowID
        for (field, name) in study.attributes.personNames {
            for word in PersonNameText.words(name) {
                try execute("INSERT INTO study_word (field, word, study) VALUES (?, ?, ?)", [field, word, key])
            }
        }
        try execute(
            "INSERT INTO study_text (rowid, \(Self.textColumns)) SELECT key, \(Self.textColumns) FROM study WHERE key = ?",
            [key])
    }

    func deleteStudy(_ studyInstanceUID: String) throws {
        guard let old = try study(studyInstanceUID) else { return }
        try remove(old.record, key: old.key)
    }

    /// The words of a name, a space before each: a word begins where a space is.
    private static func wordList(_ name: String) -> String {
        PersonNameText.words(name).sorted().map { " " + $0 }.joined()
    }

    private static let textColumns =
        "patient_name_folded, referring_physician_name_folded, patient_id, study_description, accession_number"

    private func study(_ studyInstanceUID: String) throws -> (key: Int64, record: StudyRecord)? {
        try row("SELECT key, \(Self.studyColumns) FROM study WHERE uid = ?", [studyInstanceUID]) {
            (key: $0.number(), record: try $0.study())
        }
    }

    private func remove(_ study: StudyRecord, key: Int64) throws {
        // FTS5 takes the old values to find what it has of the row (section "External Content Tables").
        try execute(
            """
            INSERT INTO study_text (study_text, rowid, \(Self.textColumns))
            SELECT 'delete', key, \(Self.textColumns) FROM study WHERE key = ?
            """, [key])
        for (field, name) in study.attributes.personNames {
            for word in PersonNameText.words(name) {
                try execute("DELETE FROM study_word WHERE field = ? AND word = ? AND study = ?", [field, word, key])
            }
        }
        try execute("DELETE FROM study WHERE key = ?", [key])
    }

    // MARK: Series

    func upsert(_ series: SeriesRecord) throws {
        if let old = try primarySeries(series.seriesInstanceUID),
            old.attributes == series.attributes, old.studyInstanceUID == series.studyInstanceUID
        {
            try execute(
                "UPDATE series SET number_of_instances = ?, updated_at = ? WHERE uid = ?",
                [series.numberOfInstances, series.updatedAt.milliseconds, series.seriesInstanceUID])
            if old.imageSet != series.imageSet {
                try execute(
                    "UPDATE series SET image_set = ? WHERE uid = ?", [series.imageSet.blob, series.seriesInstanceUID])
            }
            return
        }
        let columns = ["uid", "study_uid", "image_set", "number_of_instances", "updated_at", "number_order"]
        try execute(
            """
            INSERT OR REPLACE INTO series (\((columns + AttributeColumns.names).joined(separator: ", ")))
            VALUES (\((columns + AttributeColumns.names).map { _ in "?" }.joined(separator: ", ")))
            """,
            [
                series.seriesInstanceUID, series.studyInstanceUID, series.imageSet.blob, series.numberOfInstances,
                series.updatedAt.milliseconds, series.attributes.seriesNumber ?? .max,
            ] + AttributeColumns.values(of: series.attributes))
    }

    func deleteSeries(_ seriesInstanceUID: String) throws {
        try execute("DELETE FROM series WHERE uid = ?", [seriesInstanceUID])
    }
}

extension ImageSetAttributes {
    /// The person names that are searched by word, with the `field` of `study_word`.
    fileprivate var personNames: [(field: String, name: String)] {
        [
            (Match.Key.patientName.rawValue, patientName),
            (Match.Key.referringPhysicianName.rawValue, referringPhysicianName),
        ].compactMap { field, name in name.map { (field, $0) } }
    }
}

extension ColumnReader {
    /// Reads the columns of ``SQLiteTransaction/studyColumns``.
    mutating func study() throws -> StudyRecord {
        let (uid, imageSet) = (text(), try id() as ImageSetID)
        let updatedAt = timestamp()
        return StudyRecord(studyInstanceUID: uid, attributes: attributes(), imageSet: imageSet, updatedAt: updatedAt)
    }

    /// Reads the columns of ``SQLiteTransaction/seriesColumns``.
    mutating func series() throws -> SeriesRecord {
        let (uid, study, imageSet) = (text(), text(), try id() as ImageSetID)
        let (instances, updatedAt) = (integer(), timestamp())
        return SeriesRecord(
            seriesInstanceUID: uid, studyInstanceUID: study, imageSet: imageSet, attributes: attributes(),
            numberOfInstances: instances, updatedAt: updatedAt)
    }
}
