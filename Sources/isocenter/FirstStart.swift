import Catalog
import Store

/// What the first start makes, so that everything can be tried at once.
struct FirstStart: Sendable {
    /// The access key of the account's root: its secret is shown once.
    let rootKey: (id: String, secret: String)
    /// The ARN of a role for import jobs, which may list, read and write every bucket.
    let importRole: String

    /// Makes both when the store has no access key; nil when it has one: this was not the first start.
    static func makeIfAbsent(in store: Store) async throws -> FirstStart? {
        guard try await store.accessKeyIDs().isEmpty else { return nil }
        // The key comes last: it is what tells that the first start is over.
        let role = try await importRole(in: store)
        return FirstStart(
            rootKey: try await store.makeAccessKey(for: "arn:aws:iam::\(store.configuration.accountID):root"),
            importRole: store.name(of: role))
    }

    private static func importRole(in store: Store) async throws -> RoleRecord {
        let name = "import"
        do {
            return try await store.createRole(
                name,
                trustPolicy: """
                    {"Version": "2012-10-17", "Statement": {
                        "Effect": "Allow", "Principal": {"Service": "\(Store.servicePrincipal)"},
                        "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"aws:SourceAccount": "\(store.configuration.accountID)"}}}}
                    """,
                policies: [
                    "buckets": """
                    {"Version": "2012-10-17", "Statement": {
                        "Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject", "s3:PutObject"],
                        "Resource": "arn:aws:s3:::*"}}
                    """
                ])
        } catch let error as StoreError where error.code == .conflict {
            // Somebody has made it before the first start, as it should be.
            return try await store.role(name)
        }
    }
}
