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
        let imageSet = instance.imageSet.blob
        let isPrimary = try row("SELECT is_primary FROM image_set WHERE id = ?", [imageSet]) { $0.flag() }
        guard let isPrimary else { throw missing("image set") }
        try checkReferences(of: instance)
        try checkOverlap(of: instance)
        let attributes = instance.attributes
        try execute(
            """
            INSERT INTO instance (
                image_set, is_primary, first_version, end_version, object, frame_set, created_at, sop_instance_uid,
                sop_class_uid, instance_number, rows, columns, bits_allocated, number_of_frames, warnings, edits)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                imageSet, isPrimary, instance.firstVersion, instance.endVersion, instance.object.rawValue,
                instance.frameSet.rawValue, instance.createdAt.milliseconds, attributes.sopInstanceUID,
                attributes.sopClassUID, attributes.instanceNumber, attributes.rows, attributes.columns,
                attributes.bitsAllocated, attributes.numberOfFrames, Self.text(ofWarnings: attributes.warnings),
                instance.edits.map { Data($0) },
            ])
        let id = InstanceID(rawValue: database.lastInsertedRowID)
        try noteWarnings(attributes.warnings, of: id.rawValue)
        try execute("DELETE FROM loose_object WHERE object = ?", [instance.object.rawValue])
        try count(
            opened: instance.endVersion == nil ? 1 : 0, boundary: instance.endVersion ?? instance.firstVersion,
            of: instance.imageSet)
        return id
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
        try count(opened: -1, boundary: version, of: open.imageSet)
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

    // A foreign key on frame_set would need an index of its own; rows go with their image set anyway.
    private func checkReferences(of instance: InstanceRecord) throws {
        let known = try row(
            "SELECT EXISTS (SELECT 1 FROM stored_object WHERE id = ?), EXISTS (SELECT 1 FROM frame_set WHERE id = ?)",
            [instance.object.rawValue, instance.frameSet.rawValue]
        ) { (object: $0.flag(), frameSet: $0.flag()) }
        guard known?.object == true else { throw missing("stored object") }
        guard known?.frameSet == true else { throw missing("frame set") }
    }

    private func checkOverlap(of instance: InstanceRecord) throws {
        guard instance.firstVersion < instance.endVersion ?? .max else {
            throw conflict("the instance ends before it begins")
        }
        let overlapping = try row(
            """
            SELECT 1 FROM instance
            WHERE image_set = ? AND sop_instance_uid = ? AND first_version < ? AND ifnull(end_version, ?) > ?
            """,
            [
                instance.imageSet.blob, instance.attributes.sopInstanceUID, instance.endVersion ?? .max, Int.max,
                instance.firstVersion,
            ]
        ) { $0.integer() }
        guard overlapping == nil else { throw conflict("the image set has the instance") }
    }

    func count(opened: Int, boundary: Int, of imageSet: ImageSetID) throws {
        try execute(
            """
            UPDATE image_set SET open_instances = open_instances + ?, last_boundary = max(last_boundary, ?)
            WHERE id = ?
            """,
            [opened, boundary, imageSet.blob])
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
