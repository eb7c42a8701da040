import Catalog
import Foundation
import GRDB
import ImageSets

extension SQLiteTransaction {
    func level(_ id: LevelID) throws -> [UInt8] {
        guard let bytes = try row("SELECT bytes FROM level WHERE id = ?", [id.rawValue], { $0.bytes() }) else {
            throw missing("level")
        }
        return bytes
    }

    /// Equal bytes are kept once: the Patient level of all series of a study, the levels of a series sent instance by
    /// instance.
    func insertLevel(_ bytes: [UInt8]) throws -> LevelID {
        let hash = Self.hash(bytes)
        let alike = try rows(
            "SELECT id, bytes FROM level WHERE hash = ? LIMIT \(Self.alikeMax)", [hash]
        ) { reader -> (Int64, [UInt8]) in (reader.number(), reader.bytes()) }
        if let known = alike.first(where: { $0.1 == bytes }) { return LevelID(rawValue: known.0) }
        try execute("INSERT INTO level (hash, bytes) VALUES (?, ?)", [hash, Data(bytes)])
        return LevelID(rawValue: database.lastInsertedRowID)
    }

    /// Who makes levels that hash alike gains nothing: beyond a few they are stored again.
    private static let alikeMax = 4

    /// FNV-1a over the bytes.
    private static func hash(_ bytes: [UInt8]) -> Int64 {
        Int64(bitPattern: bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }

    func checkLevels(_ levels: LevelReferences) throws {
        let areKnown = try row(
            """
            SELECT EXISTS (SELECT 1 FROM level WHERE id = ?) AND EXISTS (SELECT 1 FROM level WHERE id = ?)
                AND EXISTS (SELECT 1 FROM level WHERE id = ?)
            """, [levels.patient.rawValue, levels.study.rawValue, levels.series.rawValue]
        ) { $0.flag() }
        guard areKnown == true else { throw missing("level") }
    }

    /// Notes that an image set has a version that names these levels. Costs no write when an older version did.
    func use(_ levels: LevelReferences, in imageSet: ImageSetID) throws {
        try execute(
            "INSERT OR IGNORE INTO level_use (level, image_set) VALUES (?1, ?4), (?2, ?4), (?3, ?4)",
            [levels.patient.rawValue, levels.study.rawValue, levels.series.rawValue, imageSet.blob])
    }

    /// Removes the levels that the transaction released and no version names, before it is committed: until then
    /// another image set may take them over.
    func sweepLevels() throws {
        for level in releasedLevels {
            try execute(
                "DELETE FROM level WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM level_use WHERE level = ?1)", [level])
        }
    }
}
