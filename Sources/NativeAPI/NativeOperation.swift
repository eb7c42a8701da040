import Exchange
import Store

/// One operation of the service: what it takes from the wire, and what it does.
///
/// A new operation is one file in `Operations/` and one line in ``NativeOperations``.
protocol NativeOperation: Sendable {
    static var interface: OperationInterface { get }
    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response
    /// Whether ``performFromMemory(_:in:)`` is worth asking.
    static var mayBeInMemory: Bool { get }
    /// The answer where all it takes is in memory, without waiting for anything; nil sends the request the usual way.
    static func performFromMemory(_ input: BoundRequest, in context: OperationContext) throws -> Response?
}

extension NativeOperation {
    static var mayBeInMemory: Bool { false }
    static func performFromMemory(_ input: BoundRequest, in context: OperationContext) throws -> Response? { nil }
}

/// What an operation works with.
struct OperationContext: Sendable {
    let store: Store
    let request: Request
}
