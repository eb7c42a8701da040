import GRDB

extension ServiceMigrations {
    /// Roles and their inline policies.
    static func makeRoleTables(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE role (
                    name TEXT PRIMARY KEY,
                    path TEXT NOT NULL,
                    trust_policy TEXT NOT NULL,
                    created_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE role_policy (
                    role TEXT NOT NULL REFERENCES role (name) ON DELETE CASCADE,
                    name TEXT NOT NULL,
                    document TEXT NOT NULL,
                    PRIMARY KEY (role, name)
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
