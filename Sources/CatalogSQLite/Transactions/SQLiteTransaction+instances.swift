import Catalog
import Foundation
import GRDB
import ImageSets

extension SQLiteTransaction {
    static let instanceColumns = """
        instance.id, instance.image_set, instance.first_version, instance.end_version, instance.object,
        instance.frame_set, instance.created_at, instance.sop_instance_uid, instance.sop_class_uid,
        instance.instance_number, instance.rows, instance.columns, instance.bits_allocated, instance.number_of_frames,
        instance.warnings, instance.edits
        """

    func instances(of imageSet: ImageSetID, version: Int) throws -> [InstanceRecord] {
        try rows(
            """
            SELECT \(Self.instanceColumns) FROM instance
            WHERE image_set = ?1 AND first_version <= ?2 AND (end_version IS NULL OR end_version > ?2)
            ORDER BY number_order, sop_instance_uid
            """,
            [imageSet.blob, version]
        ) { try $0.instance() }
    }

    func instance(_ sopInstanceUID: String, of imageSet: ImageSetID, version: Int) throws -> InstanceRecord? {
        try row(
            """
            SELECT \(Self.instanceColumns) FROM instance
            WHERE image_set = ?1 AND sop_instance_uid = ?3 AND first_version <= ?2
                AND (end_version IS NULL OR end_version > ?2)
            """,
            [imageSet.blob, version, sopInstanceUID]
        ) { try $0.instance() }
    }

    /// At and after the last version that began or ended an instance, the count is kept with the image set.
    func instanceCount(of imageSet: ImageSetID, version: Int) throws -> Int {
        try writePendingCounts()
        let current = try row(
            "SELECT open_instances FROM image_set WHERE id = ? AND last_boundary <= ?", [imageSet.blob, version]
        ) { $0.integer() }
        if let current { return current }
        return try row(
            """
            SELECT count(*) FROM instance
            WHERE image_set = ?1 AND first_version <= ?2 AND (end_version IS NULL OR end_version > ?2)
            """,
            [imageSet.blob, version]
        ) { $0.integer() } ?? 0
    }

    func frameCount(of imageSet: ImageSetID, version: Int) throws -> Int {
        try row(
            """
            SELECT ifnull(sum(stored_object.frame_count), 0)
            FROM instance JOIN stored_object ON stored_object.id = instance.object
            WHERE image_set = ?1 AND first_version <= ?2 AND (end_version IS NULL OR end_version > ?2)
            """,
            [imageSet.blob, version]
        ) { $0.integer() } ?? 0
    }

    func primaryInstance(_ sopInstanceUID: String) throws -> InstanceRecord? {
        try row(
            """
            SELECT \(Self.instanceColumns) FROM instance
            WHERE sop_instance_uid = ? AND is_primary = 1 AND end_version IS NULL
            """,
            [sopInstanceUID]
        ) { try $0.instance() }
    }

    func frameSet(_ id: FrameSetID) throws -> (imageSet: ImageSetID, object: StoredObjectID)? {
        try row("SELECT image_set, object FROM frame_set WHERE id = ?", [id.rawValue]) {
            (imageSet: try $0.id(), object: StoredObjectID(rawValue: $0.number()))
        }
    }

    func insertFrameSet(imageSet: ImageSetID, object: StoredObjectID) throws -> FrameSetID {
        try execute("INSERT INTO frame_set (image_set, object) VALUES (?, ?)", [imageSet.blob, object.rawValue])
        return FrameSetID(rawValue: database.lastInsertedRowID)
    }

    func insert(_ instance: InstanceRecord) throws -> InstanceID {
        let isPrimary = try checkPlace(of: instance)
        let attributes = instance.attributes
        try execute(
            """
            INSERT INTO instance (
                image_set, is_primary, first_version, end_version, object, frame_set, created_at, sop_instance_uid,
                sop_class_uid, instance_number, rows, columns, bits_allocated, number_of_frames, warnings, edits)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                instance.imageSet.blob, isPrimary, instance.firstVersion, instance.endVersion,
                instance.object.rawValue, instance.frameSet.rawValue, instance.createdAt.milliseconds,
                attributes.sopInstanceUID, attributes.sopClassUID, attributes.instanceNumber, attributes.rows,
                attributes.columns, attributes.bitsAllocated, attributes.numberOfFrames,
                Self.text(ofWarnings: attributes.warnings), instance.edits.map { Data($0) },
            ])
        let id = InstanceID(rawValue: database.lastInsertedRowID)
        try noteWarnings(attributes.warnings, of: id.rawValue)
        try hold(instance.object.rawValue)
        count(
            opened: instance.endVersion == nil ? 1 : 0, boundary: instance.endVersion ?? instance.firstVersion,
            of: instance.imageSet)
        return id
    }

    /// Throws what keeps an instance from being inserted; answers whether its image set is primary.
    ///
    /// One query, as an import's last transaction asks it for thousands. A foreign key on frame_set would need an index of
    /// its own; rows go with their image set anyway.
    private func checkPlace(of instance: InstanceRecord) throws -> Bool {
        let found = try row(
            """
            SELECT is_primary, EXISTS (SELECT 1 FROM stored_object WHERE id = ?2),
                EXISTS (SELECT 1 FROM frame_set WHERE id = ?3),
                EXISTS (
                    SELECT 1 FROM instance WHERE image_set = ?1 AND sop_instance_uid = ?4
                        AND first_version < ifnull(?6, ?7) AND ifnull(end_version, ?7) > ?5)
            FROM image_set WHERE id = ?1
            """,
            [
                instance.imageSet.blob, instance.object.rawValue, instance.frameSet.rawValue,
                instance.attributes.sopInstanceUID, instance.firstVersion, instance.endVersion, Int.max,
            ]
        ) { (isPrimary: $0.flag(), hasObject: $0.flag(), hasFrameSet: $0.flag(), overlaps: $0.flag()) }
        guard let found else { throw missing("image set") }
        guard found.hasObject else { throw missing("stored object") }
        guard found.hasFrameSet else { throw missing("frame set") }
        guard instance.firstVersion < instance.endVersion ?? .max else {
            throw conflict("the instance ends before it begins")
        }
        guard !found.overlaps else { throw conflict("the image set has the instance") }
        return found.isPrimary
    }

    func end(_ instance: InstanceID, before version: Int) throws {
        let open = try row(
            "SELECT \(Self.instanceColumns) FROM instance WHERE id = ? AND end_version IS NULL", [instance.rawValue]
        ) { try $0.instance() }
        guard let open else { throw missing("open instance") }
        guard open.firstVersion <= version else { throw conflict("the instance began later") }
        if open.firstVersion == version {
            try removeWarnings(of: open)
            try execute("DELETE FROM instance WHERE id = ?", [instance.rawValue])
            try removeObjects(ifUnreferenced: [open.object.rawValue])
        } else {
            try execute("UPDATE instance SET end_version = ? WHERE id = ?", [version, instance.rawValue])
        }
        count(opened: -1, boundary: version, of: open.imageSet)
    }

    func removeWarnings(ofInstancesIn imageSet: ImageSetID) throws {
        let warned = try rows(
            "SELECT \(Self.instanceColumns) FROM instance WHERE image_set = ? AND warnings IS NOT NULL", [imageSet.blob]
        ) { try $0.instance() }
        for instance in warned { try removeWarnings(of: instance) }
    }

    func noteWarnings(_ codes: [Int], of instance: Int64) throws {
        for code in Set(codes) {
            try execute("INSERT INTO instance_warning (code, instance) VALUES (?, ?)", [code, instance])
        }
    }

    private func removeWarnings(of instance: InstanceRecord) throws {
        for code in instance.attributes.warnings {
            try execute("DELETE FROM instance_warning WHERE code = ? AND instance = ?", [code, instance.id.rawValue])
        }
    }

    /// Counts what a change did to the instances of an image set.
    func count(opened: Int, boundary: Int, of imageSet: ImageSetID) {
        var count = pending.instanceCounts[imageSet] ?? PendingChanges.InstanceCount()
        count.opened += opened
        count.boundary = max(count.boundary, boundary)
        pending.instanceCounts[imageSet] = count
    }

    /// Writes what was counted.
    func writePendingCounts() throws {
        for (imageSet, count) in pending.instanceCounts {
            try execute(
                """
                UPDATE image_set SET open_instances = open_instances + ?, last_boundary = max(last_boundary, ?)
                WHERE id = ?
                """,
                [count.opened, count.boundary, imageSet.blob])
        }
        pending.instanceCounts = [:]
    }

    static func warnings(inText text: String?) -> [Int] {
        text?.split(separator: " ").compactMap { Int($0) } ?? []
    }

    private static func text(ofWarnings codes: [Int]) -> String? {
        codes.isEmpty ? nil : codes.map(String.init).joined(separator: " ")
    }
}

extension ColumnReader {
    /// Reads the columns of ``SQLiteTransaction/instanceColumns``.
    mutating func instance() throws -> InstanceRecord {
        let id = InstanceID(rawValue: number())
        let imageSet: ImageSetID = try self.id()
        let (firstVersion, endVersion) = (integer(), optionalInteger())
        let (object, frameSet) = (StoredObjectID(rawValue: number()), FrameSetID(rawValue: number()))
        let createdAt = timestamp()
        var attributes = InstanceAttributes(sopInstanceUID: text(), sopClassUID: optionalText())
        attributes.instanceNumber = optionalInteger()
        attributes.rows = optionalInteger()
        attributes.columns = optionalInteger()
        attributes.bitsAllocated = optionalInteger()
        attributes.numberOfFrames = optionalInteger()
        let warnings = optionalText()
        attributes.warnings = SQLiteTransaction.warnings(inText: warnings)
        var record = InstanceRecord(
            id: id, imageSet: imageSet, firstVersion: firstVersion, endVersion: endVersion, object: object,
            frameSet: frameSet, attributes: attributes, createdAt: createdAt)
        record.edits = optionalData().map { [UInt8]($0) }
        return record
    }
}
