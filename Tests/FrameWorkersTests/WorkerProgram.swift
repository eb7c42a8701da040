import Foundation
import FrameCodecs
import FrameWorkers

/// The program whose `frame-worker` mode is tested: it is built beside the tests.
enum WorkerProgram {
    static var path: String {
        get throws {
            let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
                .appendingPathComponent("isocenter").path
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: path])
            }
            return path
        }
    }

    /// A pool of workers that run the program.
    static func pool(size: Int = 1, limits: WorkerLimits = WorkerLimits()) throws -> FrameWorkerPool {
        FrameWorkerPool(executable: try path, size: size, limits: limits)
    }
}
