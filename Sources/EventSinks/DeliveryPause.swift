/// How long a sink that fails is left alone: a bound that doubles from a second to a minute, and of it a random half to
/// all, so that servers which failed together do not come back together.
struct DeliveryPause {
    private static let longest = Duration.seconds(60)

    private(set) var failures = 0

    /// The pause after a failure; `random` is in 0..<1.
    mutating func failed(random: Double) -> Duration {
        failures += 1
        let bound = min(.seconds(1 << min(failures - 1, 10)), Self.longest)
        return bound * (0.5 + min(max(random, 0), 1) / 2)
    }

    /// Something was delivered, or there was nothing to deliver.
    mutating func succeeded() {
        failures = 0
    }
}
