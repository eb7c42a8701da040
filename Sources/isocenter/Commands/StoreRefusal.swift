import Store

/// What the store has said no to; the command was well formed, so its usage would not help.
struct StoreRefusal: Error, CustomStringConvertible {
    let description: String

    private init(_ error: StoreError) {
        description = error.message
    }

    /// Runs what a command does with a store, and closes it whatever has become of that.
    static func closing(_ store: Store, after body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            try await store.close()
            throw (error as? StoreError).map(StoreRefusal.init) ?? error
        }
        try await store.close()
    }
}
