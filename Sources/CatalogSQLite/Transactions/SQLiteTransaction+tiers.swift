import Blobs
import Catalog
import GRDB
import ImageSets

extension SQLiteTransaction {
    func imageSets(notAccessedSince instant: Timestamp, limit: Int) throws -> [ImageSetID] {
        try rows(
            """
            SELECT id FROM image_set INDEXED BY image_set_accessed
            WHERE storage_tier = 'FREQUENT_ACCESS' AND ifnull(last_accessed_at, created_at) <= ? AND state = 'ACTIVE'
            ORDER BY ifnull(last_accessed_at, created_at), id LIMIT ?
            """, [instant.milliseconds, max(limit, 0)]
        ) { try $0.id() }
    }

    func storedObjects(of imageSet: ImageSetID) throws -> [StoredObjectID] {
        var seen: Set<StoredObjectID> = []
        return try rows(
            "SELECT object FROM instance WHERE image_set = ? ORDER BY number_order, sop_instance_uid, id",
            [imageSet.blob]
        ) { StoredObjectID(rawValue: $0.number()) }.filter { seen.insert($0).inserted }
    }

    func imageSets(of object: StoredObjectID) throws -> [ImageSetRecord] {
        try rows(
            """
            SELECT \(Self.imageSetColumns) FROM image_set
            WHERE id IN (SELECT image_set FROM instance WHERE object = ?) ORDER BY image_set.id
            """, [object.rawValue]
        ) { try $0.imageSet() }
    }

    /// Costs some microseconds an object: a row, and a look at the image sets of its instances.
    func misplacedObjects(_ range: Range<Int64>) throws -> [StoredObjectID] {
        try rows(
            """
            SELECT id FROM (
                SELECT stored_object.id, stored_object.header_pack >= ?3 AS is_archived, (
                    SELECT max(image_set.storage_tier = 'FREQUENT_ACCESS') FROM instance
                    CROSS JOIN image_set ON image_set.id = instance.image_set
                    WHERE instance.object = stored_object.id
                ) AS is_frequent
                FROM stored_object WHERE stored_object.id >= ?1 AND stored_object.id < ?2
            ) WHERE is_archived = is_frequent ORDER BY id
            """,
            [range.lowerBound, range.upperBound, Int64(bitPattern: BlobTier.archive.firstPack.rawValue)]
        ) { StoredObjectID(rawValue: $0.number()) }
    }

    func greatestStoredObject() throws -> StoredObjectID {
        StoredObjectID(rawValue: try row("SELECT ifnull(max(id), 0) FROM stored_object") { $0.number() } ?? 0)
    }
}
