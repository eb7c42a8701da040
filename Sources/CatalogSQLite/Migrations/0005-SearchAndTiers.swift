import GRDB

extension CatalogMigrations {
    /// Searches of image sets in any order, pages that go by the order of changes, and what is archived next.
    static func searchAndTiers(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE change_count (value INTEGER NOT NULL) STRICT;
                INSERT INTO change_count (value) VALUES (0);
                ALTER TABLE image_set ADD COLUMN created_change INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE image_set ADD COLUMN updated_change INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE image_set RENAME COLUMN study_date_and_time_set_at TO study_date_change;
                UPDATE image_set SET study_date_change = 0;

                DROP INDEX image_set_created;
                DROP INDEX image_set_updated;
                DROP INDEX image_set_study_date;
                CREATE INDEX image_set_created
                    ON image_set (created_at, id, updated_at, study_date_and_time, is_primary, study_id);
                CREATE INDEX image_set_updated
                    ON image_set (updated_at, id, created_at, study_date_and_time, is_primary, study_id);
                CREATE INDEX image_set_study_date
                    ON image_set (study_date_and_time, id, created_at, updated_at, is_primary, study_id);

                CREATE INDEX image_set_accessed ON image_set (ifnull(last_accessed_at, created_at))
                    WHERE storage_tier = 'FREQUENT_ACCESS';
                """)
    }
}
