import Foundation
public import Signing

/// Time and randomness, so that tests can hold both still.
public struct S3Environment: Sendable {
    /// The time that signatures carry.
    public var now: @Sendable () -> SigningTime
    /// Waits.
    public var sleep: @Sendable (Duration) async throws -> Void
    /// A number in 0..<1.
    public var random: @Sendable () -> Double

    /// Gathers the parts.
    public init(
        now: @escaping @Sendable () -> SigningTime, sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    /// The machine's clock and randomness.
    public static let system = S3Environment(
        now: { SigningTime(secondsSince1970: Int(Date().timeIntervalSince1970)) },
        sleep: { try await Task.sleep(for: $0) }, random: { Double.random(in: 0..<1) })
}
