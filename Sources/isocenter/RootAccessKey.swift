import Store

/// The access key of the account's root, made at the first start.
enum RootAccessKey {
    /// Makes the key when the store has none; nil when it has one: its secret was shown once and is never shown again.
    static func makeIfAbsent(in store: Store) async throws -> (id: String, secret: String)? {
        guard try await store.accessKeyIDs().isEmpty else { return nil }
        return try await store.makeAccessKey(for: "arn:aws:iam::\(store.configuration.accountID):root")
    }
}
