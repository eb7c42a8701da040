/// A promise that an implementation broke, and where a suite found out.
public struct SuiteViolation: Error, CustomStringConvertible {
    /// What was expected and what came, with the place of the expectation.
    public let description: String

    init(_ message: String, file: StaticString, line: UInt) {
        description = "\(file):\(line): \(message)"
    }
}

/// Throws unless both are equal.
func expect<Value: Equatable>(
    _ value: Value, _ expected: Value, _ what: String = "", file: StaticString = #fileID, line: UInt = #line
) throws {
    guard value == expected else {
        throw SuiteViolation("\(what) expected \(expected), got \(value)", file: file, line: line)
    }
}

/// Throws unless the claim holds.
func expect(_ holds: Bool, _ claim: String, file: StaticString = #fileID, line: UInt = #line) throws {
    guard holds else { throw SuiteViolation("violated: \(claim)", file: file, line: line) }
}

/// Throws unless the body throws an error equal to `expected`.
func expect<Failure: Error & Equatable>(
    throws expected: Failure, file: StaticString = #fileID, line: UInt = #line, _ body: () throws -> some Any
) throws {
    do {
        let value = try body()
        throw SuiteViolation("expected \(expected), got \(value)", file: file, line: line)
    } catch let error as Failure where error == expected {
        return
    }
}

/// Throws when the value is nil.
func require<Value>(_ value: Value?, file: StaticString = #fileID, line: UInt = #line) throws -> Value {
    guard let value else { throw SuiteViolation("expected a value, got nil", file: file, line: line) }
    return value
}
