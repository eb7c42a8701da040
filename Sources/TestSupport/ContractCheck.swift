/// One promise of a contract, to be checked on whatever says that it keeps it.
public struct ContractCheck<Subject>: Sendable, CustomStringConvertible {
    /// The promise.
    public let description: String
    private let body: @Sendable (Subject) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (Subject) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Throws a ``SuiteViolation`` when `subject`, which must be new, breaks the promise.
    public func run(on subject: Subject) async throws {
        try await body(subject)
    }
}
