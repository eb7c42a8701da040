public import Exchange
public import HTTPTypes
public import Store

/// The DICOMweb API (PS3.18): STOW-RS, WADO-RS and QIDO-RS below `/datastore/{datastoreId}`.
public struct DICOMweb: Sendable {
    private let store: Store

    public init(store: Store) {
        self.store = store
    }

    /// A transaction found for a request.
    public struct Route: Sendable {
        let transaction: any Transaction.Type
        let labels: [String: String]

        /// The action that policies and logs know it by.
        public var name: String { transaction.action }
    }

    /// The transaction that serves a method and path; nil when there is none.
    public func route(_ method: HTTPRequest.Method, _ path: [String]) -> Route? {
        for transaction in Transactions.all {
            for pattern in transaction.patterns where pattern.method == method {
                if let labels = pattern.labels(of: path) { return Route(transaction: transaction, labels: labels) }
            }
        }
        return nil
    }

    /// Performs the transaction. Never throws: every failure is an answer, with its cause for the log.
    public func respond(to request: Request, by route: Route) async -> (response: Response, failure: (any Error)?) {
        do {
            return (try await perform(request, route), nil)
        } catch {
            let failure = DICOMwebError(error)
            return (failure.response, failure.cause ?? failure)
        }
    }

    private func perform(_ request: Request, _ route: Route) async throws -> Response {
        let context = TransactionContext(
            datastore: try await store.open(DatastoreLabel.read(route.labels)), store: store, request: request,
            labels: route.labels)
        return try await route.transaction.perform(context)
    }
}
