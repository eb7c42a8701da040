import Exchange
import Store

/// One operation of the service: what it takes from the wire, and what it does.
///
/// A new operation is one file in `Operations/` and one line in ``NativeOperations``.
protocol NativeOperation: Sendable {
    static var interface: OperationInterface { get }
    static func perform(_ input: BoundRequest, in context: OperationContext) async throws -> Response
}

/// What an operation works with.
struct OperationContext: Sendable {
    let store: Store
    let request: Request
}
