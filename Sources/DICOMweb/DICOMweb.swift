public import Exchange
public import HTTPTypes
public import Store

/// The DICOMweb API (PS3.18): STOW-RS, WADO-RS and QIDO-RS below `/datastore/{datastoreId}`.
public struct DICOMweb: Sendable {
    private let store: Store

    /// The API over a store.
    public init(store: Store) {
        self.store = store
    }

    /// A transaction found for a request.
    public struct Route: Sendable {
        let transaction: any Transaction.Type
        let labels: [String: String]
        /// The action that policies and logs know it by.
        public let name: String

        /// Whether it reads the request's body piece by piece to its end; the others read none.
        public var streamsBody: Bool { transaction.streamsBody }
    }

    /// The transaction that serves a method and path; nil when there is none.
    public func route(_ method: HTTPRequest.Method, _ path: [String]) -> Route? {
        for transaction in Transactions.all {
            for pattern in transaction.patterns {
                guard let labels = pattern.labels(of: method, path) else { continue }
                return Route(transaction: transaction, labels: labels, name: pattern.action)
            }
        }
        return nil
    }

    /// Performs the transaction. Never throws: every failure is an answer, with its cause for the log.
    public func respond(to request: Request, by route: Route) async -> (response: Response, failure: (any Error)?) {
        do {
            return (try await perform(request, route), nil)
        } catch {
            return Self.answer(to: error)
        }
    }

    /// The answer to a request that failed before or in its transaction.
    public static func answer(to error: any Error) -> (response: Response, failure: any Error) {
        let failure = DICOMwebError(error)
        return (failure.response, failure.cause ?? failure)
    }

    private func perform(_ request: Request, _ route: Route) async throws -> Response {
        let context = TransactionContext(
            datastore: try await store.open(DatastoreLabel.read(route.labels)), store: store, request: request,
            labels: route.labels)
        return try await route.transaction.perform(context)
    }
}
