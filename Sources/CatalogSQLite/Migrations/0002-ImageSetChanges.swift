import Blobs
import Catalog
import Foundation
import GRDB

extension CatalogMigrations {
    /// What changes of image sets leave behind, and where a compactor finds the objects of a pack.
    static func imageSetChanges(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE instance ADD COLUMN edits BLOB;
                ALTER TABLE version ADD COLUMN document_bytes INTEGER;
                CREATE INDEX stored_object_pack ON stored_object (header_pack);
                CREATE TABLE straddling_object (
                    pack INTEGER NOT NULL,
                    object INTEGER NOT NULL REFERENCES stored_object (id),
                    PRIMARY KEY (pack, object)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX straddling_object_object ON straddling_object (object);
                INSERT INTO straddling_object (pack, object)
                    SELECT whole_pack, id FROM stored_object WHERE whole_pack <> header_pack;
                """)
        try noteFramesAndBulkValues(database)
    }

    /// Notes the packs of what is in blobs; their form never changes.
    private static func noteFramesAndBulkValues(_ database: Database) throws {
        let objects = try Int64.fetchAll(database, sql: "SELECT id FROM stored_object")
        for object in objects {
            var packs: Set<Int64> = []
            let bulkValues = try Data.fetchAll(
                database, sql: "SELECT bulk_values FROM stored_object WHERE id = ? AND bulk_values IS NOT NULL",
                arguments: [object])
            for bytes in bulkValues {
                packs.formUnion(
                    try BulkValueRecord.values(in: [UInt8](bytes)).map { Int64(bitPattern: $0.location.pack.rawValue) })
            }
            let chunks = try Data.fetchAll(
                database, sql: "SELECT records FROM frame_chunk WHERE object = ?", arguments: [object])
            for bytes in chunks {
                let chunk = try FrameChunk([UInt8](bytes))
                packs.formUnion(
                    try chunk.frames(0..<chunk.count).map { Int64(bitPattern: $0.location.pack.rawValue) })
            }
            for pack in packs {
                try database.execute(
                    sql: """
                        INSERT OR IGNORE INTO straddling_object (pack, object)
                        SELECT ?1, id FROM stored_object WHERE id = ?2 AND header_pack <> ?1
                        """,
                    arguments: [pack, object])
            }
        }
    }
}
