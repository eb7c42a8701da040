import Catalog
import Foundation
import GRDB
import ImageSets

/// Steps over many instances at once, so that a revert or a copy costs a few statements whatever the set's size.
extension SQLiteTransaction {
    func setEdits(_ edits: [UInt8]?, of instance: InstanceID) throws {
        let changed = try execute(
            "UPDATE instance SET edits = ? WHERE id = ?", [edits.map { Data($0) }, instance.rawValue])
        guard changed == 1 else { throw missing("instance") }
    }

    // MARK: Reverting

    func reopenInstances(
        of imageSet: ImageSetID, asOf version: Int, from next: Int, at instant: Timestamp
    ) throws {
        guard let owner = try self.imageSet(imageSet) else { throw missing("image set") }
        let blob = imageSet.blob
        let isLater = try isThere(
            "SELECT 1 FROM instance WHERE image_set = ?1 AND (first_version >= ?2 OR end_version > ?2)", [blob, next])
        guard version < next, !isLater else { throw conflict("an instance began or ended later") }
        if owner.isPrimary {
            let isPrimaryElsewhere = try isThere(
                """
                SELECT 1 FROM instance AS own JOIN instance AS other ON other.sop_instance_uid = own.sop_instance_uid
                    AND other.is_primary = 1 AND other.end_version IS NULL AND other.image_set <> own.image_set
                WHERE own.image_set = ?1 AND own.first_version <= ?2 AND own.end_version > ?2
                """, [blob, version])
            guard !isPrimaryElsewhere else { throw conflict("the instance is primary elsewhere") }
        }
        let ended = try execute(
            "UPDATE instance SET end_version = ? WHERE image_set = ? AND end_version IS NULL AND first_version > ?",
            [next, blob, version])
        let last = try lastInstance()
        let opened = try execute(
            """
            INSERT INTO instance (\(Self.copiedColumns), image_set, is_primary, frame_set, first_version, created_at)
            SELECT \(Self.copiedColumns), image_set, is_primary, frame_set, ?3, ?4 FROM instance
            WHERE image_set = ?1 AND first_version <= ?2 AND end_version > ?2
            ORDER BY id
            """, [blob, version, next, instant.milliseconds])
        try noteWarnings(ofInstancesAfter: last)
        if ended > 0 || opened > 0 { count(opened: opened - ended, boundary: next, of: imageSet) }
    }

    // MARK: Copying

    func copyInstances(
        of source: ImageSetID, version: Int, only: Set<String>?, to destination: ImageSetID, from first: Int,
        at instant: Timestamp
    ) throws -> Int {
        guard let owner = try imageSet(destination) else { throw missing("image set") }
        let uids = try only.map { String(decoding: try JSONEncoder().encode($0.sorted()), as: UTF8.self) }
        let selected = """
            source.image_set = ?1 AND source.first_version <= ?2
            AND (source.end_version IS NULL OR source.end_version > ?2)
            AND (?3 IS NULL OR source.sop_instance_uid IN (SELECT value FROM json_each(?3)))
            """
        let isRepeated = try isThere(
            """
            SELECT 1 FROM instance AS source JOIN instance AS other
                ON other.image_set = ?4 AND other.sop_instance_uid = source.sop_instance_uid
                AND (other.end_version IS NULL OR other.end_version > ?5)
            WHERE \(selected)
            """, [source.blob, version, uids, destination.blob, first])
        guard !isRepeated else { throw conflict("the image set has the instance") }
        if owner.isPrimary {
            let isPrimaryElsewhere = try isThere(
                """
                SELECT 1 FROM instance AS source JOIN instance AS other
                    ON other.sop_instance_uid = source.sop_instance_uid
                    AND other.is_primary = 1 AND other.end_version IS NULL
                WHERE \(selected)
                """, [source.blob, version, uids])
            guard !isPrimaryElsewhere else { throw conflict("the instance is primary elsewhere") }
        }
        try execute(
            """
            INSERT INTO frame_set (image_set, object)
            SELECT ?4, source.object FROM instance AS source
            WHERE \(selected) AND NOT EXISTS (
                SELECT 1 FROM frame_set WHERE frame_set.object = source.object AND frame_set.image_set = ?4)
            GROUP BY source.object ORDER BY min(source.id)
            """, [source.blob, version, uids, destination.blob])
        let last = try lastInstance()
        let copied = try execute(
            """
            INSERT INTO instance (\(Self.copiedColumns), image_set, is_primary, frame_set, first_version, created_at)
            SELECT \(Self.copiedColumns), ?4, ?5, (
                SELECT min(frame_set.id) FROM frame_set
                WHERE frame_set.object = source.object AND frame_set.image_set = ?4), ?6, ?7
            FROM instance AS source
            WHERE \(selected)
            ORDER BY source.id
            """, [source.blob, version, uids, destination.blob, owner.isPrimary, first, instant.milliseconds])
        try noteWarnings(ofInstancesAfter: last)
        if copied > 0 { count(opened: copied, boundary: first, of: destination) }
        return copied
    }

    /// What a row says of an instance wherever it is shown.
    private static let copiedColumns = """
        object, sop_instance_uid, sop_class_uid, instance_number, rows, columns, bits_allocated, number_of_frames,
        warnings, edits
        """

    private func isThere(_ sql: String, _ values: [SQLValue]) throws -> Bool {
        try row(sql + " LIMIT 1", values) { $0.integer() } != nil
    }

    private func lastInstance() throws -> Int64 {
        try row("SELECT ifnull(max(id), 0) FROM instance") { $0.number() } ?? 0
    }

    private func noteWarnings(ofInstancesAfter last: Int64) throws {
        let warned = try rows("SELECT id, warnings FROM instance WHERE id > ? AND warnings IS NOT NULL", [last]) {
            (id: $0.number(), codes: Self.warnings(inText: $0.optionalText()))
        }
        for instance in warned { try noteWarnings(instance.codes, of: instance.id) }
    }
}
