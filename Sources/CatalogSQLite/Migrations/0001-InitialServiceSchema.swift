import GRDB

extension ServiceMigrations {
    /// Every table, as of the first release.
    static func initialSchema(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE datastore (
                    id BLOB PRIMARY KEY,
                    name TEXT NOT NULL,
                    status TEXT NOT NULL,
                    format TEXT NOT NULL,
                    kms_key_arn TEXT,
                    lambda_authorizer_arn TEXT,
                    created_at INTEGER NOT NULL,
                    updated_at INTEGER NOT NULL,
                    wrapped_data_key BLOB NOT NULL
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE datastore_token (
                    token TEXT PRIMARY KEY,
                    request_digest TEXT NOT NULL,
                    datastore BLOB NOT NULL REFERENCES datastore (id)
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE access_key (
                    id TEXT PRIMARY KEY,
                    sealed_secret BLOB NOT NULL,
                    principal_arn TEXT NOT NULL,
                    created_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE tag (
                    resource TEXT NOT NULL,
                    key TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (resource, key)
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
