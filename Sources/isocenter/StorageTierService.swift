import Logging
import ServiceLifecycle
import Store

/// Keeps access times and storage tiers true while the server runs.
struct StorageTierService: Service {
    let store: Store
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await keepTiers()
                } catch is CancellationError {
                    return
                } catch {
                    // What keeps the data stores from being listed must not end the server.
                    logger.error("storage tiers could not be kept; it is tried again", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: Self.pauseAfterFailure)
                }
            }
        }
    }

    private static let pauseAfterFailure = Duration.seconds(10)

    private func keepTiers() async throws {
        try await store.keepTiers { [logger] datastore, outcome in
            switch outcome {
            case .success(let report):
                logger.info(
                    "storage tiers kept",
                    metadata: [
                        "datastore": "\(datastore)", "archived": "\(report.archivedImageSets)",
                        "restored": "\(report.restoredImageSets)", "movedObjects": "\(report.movedObjects)",
                        "movedBytes": "\(report.movedBytes)",
                    ])
                for failure in report.failures {
                    logger.error("an object could not be moved", metadata: ["error": "\(failure)"])
                }
            case .failure(let error):
                logger.error(
                    "storage tiers could not be kept; it is tried again",
                    metadata: ["datastore": "\(datastore)", "error": "\(error)"])
            }
        }
    }
}
