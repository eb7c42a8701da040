public import Exchange
public import HTTPTypes
public import NIOCore
public import Store

/// The cloud-native API: finds the operation, binds and checks its input, and turns failures into the model's errors.
public struct NativeAPI: Sendable {
    private let store: Store

    /// The API over a store.
    public init(store: Store) {
        self.store = store
    }

    /// An operation found for a request.
    public struct Route: Sendable {
        let operation: any NativeOperation.Type
        let labels: [String: String]

        /// The operation's name, for logs, metrics and policies.
        public var name: String { operation.interface.name }

        /// Whether ``NativeAPI/respondFromMemory(to:body:by:)`` is worth asking.
        public var mayBeInMemory: Bool { operation.mayBeInMemory }
    }

    /// The operation that serves a method and path; nil when there is none.
    public func route(_ method: HTTPRequest.Method, _ path: [String]) -> Route? {
        for operation in NativeOperations.all where operation.interface.method == method {
            if let labels = operation.interface.labels(of: path) {
                return Route(operation: operation, labels: labels)
            }
        }
        return nil
    }

    /// The answer to a request whose body is all there, where it lies in memory; nil sends the request the usual way.
    ///
    /// Keeps its thread for microseconds and waits for nothing, so it may be asked on an event loop. Never refuses:
    /// what is wrong with a request is found again, and worded, by ``respond(to:by:)``.
    public func respondFromMemory(to request: Request, body: ByteBuffer, by route: Route) -> Response? {
        do {
            let input = try BoundRequest(
                labels: route.labels, query: request.query, body: body, interface: route.operation.interface)
            return try route.operation.performFromMemory(input, in: OperationContext(store: store, request: request))
        } catch {
            return nil
        }
    }

    /// Performs the operation. Never throws: every failure is an answer, with its cause for the log.
    public func respond(to request: Request, by route: Route) async -> (response: Response, failure: ServiceError?) {
        do {
            let input = try await BoundRequest(request, labels: route.labels, interface: route.operation.interface)
            let context = OperationContext(store: store, request: request)
            return (try await route.operation.perform(input, in: context), nil)
        } catch {
            let failure = ServiceError(error)
            return (failure.response, failure)
        }
    }
}
