import GRDB

/// The queues of events: the same tables in a data store's catalog and in the service's.
enum EventOutbox {
    static func makeTables(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE event_sink (
                    name TEXT PRIMARY KEY
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE event (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    sink TEXT NOT NULL REFERENCES event_sink (name),
                    id BLOB NOT NULL,
                    time INTEGER NOT NULL,
                    account TEXT NOT NULL,
                    region TEXT NOT NULL,
                    resource TEXT NOT NULL,
                    detail_type TEXT NOT NULL,
                    detail TEXT NOT NULL
                ) STRICT;
                CREATE INDEX event_sink_number ON event (sink, number);
                """)
    }
}
