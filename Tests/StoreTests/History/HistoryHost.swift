import Foundation
import Store
import Synchronization
import TestSupport

/// The machine that a history runs on: a folder that goes with it, a clock and randomness that outlive the store.
final class HistoryHost: Sendable {
    let folder: String
    private let clock = SteppingClock()
    private let identifiers: Mutex<SeededGenerator>

    init(seed: UInt64) throws {
        identifiers = Mutex(SeededGenerator(seed: seed ^ 0xFFFF))
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Moves the clock, which goes one millisecond forward with every look at it.
    func advance(days: Int64) {
        clock.advance(seconds: days * 86_400)
    }

    func open(_ engines: any StorageEngines) async throws -> Store {
        var configuration = StoreConfiguration()
        configuration.spoolDirectory = folder
        configuration.encodingConcurrency = 1
        let environment = StoreEnvironment(
            now: { [clock] in clock.now },
            random128: { [self] in identifiers.withLock { UInt128.random(in: 0...UInt128.max, using: &$0) } })
        return try await Store.open(configuration, environment: environment, engines: engines)
    }
}
