import GRDB

/// The steps that bring a data store's catalog file to the newest schema, oldest first.
///
/// A step that was released is never edited: a change of the schema is a new file and one more line here. What the
/// tables are is told in Documentation/catalog-schema.md.
enum CatalogMigrations {
    /// Marks the file as ours (`PRAGMA application_id`): "ISOC".
    static let applicationID: Int32 = 0x4953_4F43

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001", migrate: initialSchema)
        migrator.registerMigration("0002", migrate: imageSetChanges)
        migrator.registerMigration("0003", migrate: importJobLeases)
        migrator.registerMigration("0005", migrate: searchAndTiers)
        migrator.registerMigration("0006", migrate: EventOutbox.makeTables)
        return migrator
    }
}
