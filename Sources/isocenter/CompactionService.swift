import Logging
import ServiceLifecycle
import Store

/// Looks now and then for space that deleted image sets have left.
struct CompactionService: Service {
    let store: Store
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                    let report = try await store.compact()
                    for failure in report.failures {
                        logger.error("an object was not compacted", metadata: ["reason": "\(failure)"])
                    }
                    guard report.deletedPacks > 0 else { continue }
                    logger.info(
                        "compacted",
                        metadata: [
                            "deletedPacks": "\(report.deletedPacks)", "freedBytes": "\(report.freedBytes)",
                            "rewrittenBytes": "\(report.rewrittenBytes)",
                        ])
                } catch is CancellationError {
                    return
                } catch {
                    // What is not freed now is tried again; nothing of it is lost.
                    logger.error("compaction failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
