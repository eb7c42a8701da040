import GRDB

/// The steps that bring the service's catalog file to the newest schema; the rules of ``CatalogMigrations`` hold.
enum ServiceMigrations {
    /// Marks the file as ours (`PRAGMA application_id`): "ISOS".
    static let applicationID: Int32 = 0x4953_4F53

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001", migrate: initialSchema)
        migrator.registerMigration("0006", migrate: EventOutbox.makeTables)
        migrator.registerMigration("0007", migrate: makeRoleTables)
        return migrator
    }
}
