import GRDB

extension CatalogMigrations {
    /// Leases of import jobs, and which metadata mapping each file of a job falls under.
    static func importJobLeases(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE import_job ADD COLUMN lease_holder BLOB;
                ALTER TABLE import_job ADD COLUMN lease_ends_at INTEGER;
                ALTER TABLE import_file ADD COLUMN metadata_mapping INTEGER;
                CREATE INDEX client_token_resource ON client_token (resource_id);
                """)
    }
}
