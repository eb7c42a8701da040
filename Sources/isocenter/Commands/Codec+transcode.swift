import ArgumentParser
import DICOM
import Foundation
import FrameCodecs
import FrameWorkers
import Synchronization

extension Codec {
    /// What an import does with pixels, and nothing else of it.
    struct Transcode: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decode, encode and verify every frame of the DICOM files below a folder, and keep nothing.",
            discussion: "Tells how long it took on all cores: an import of the files cannot be faster.")

        @Argument(help: "The folder.") var folder: String

        private struct Tally {
            var frameCount = 0
            var byteCount = 0
            var failures = 0
        }

        func run() throws {
            ProcessTuning.apply()
            let files = try Self.files(below: folder)
            let pool = FrameWorkerPool(size: ProcessInfo.processInfo.activeProcessorCount)
            let tally = Mutex(Tally())
            let elapsed = ContinuousClock().measure {
                DispatchQueue.concurrentPerform(iterations: files.count) { index in
                    let found = Self.transcode(files[index], pool)
                    tally.withLock { tally in
                        tally.frameCount += found.frameCount
                        tally.byteCount += found.byteCount
                        tally.failures += found.failures
                    }
                }
            }
            let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
            let (frames, bytes, failures) = tally.withLock { ($0.frameCount, $0.byteCount, $0.failures) }
            print(
                "\(files.count) files, \(frames) frames, \(bytes) bytes of samples in"
                    + " \(String(format: "%.3f", seconds)) s, \(failures) failures")
        }

        private static func files(below folder: String) throws -> [URL] {
            let root = URL(fileURLWithPath: folder)
            guard let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isRegularFileKey])
            else { throw ValidationError("\(folder) is not a folder") }
            return try found.compactMap { $0 as? URL }.filter {
                try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            }
        }

        private static func transcode(_ file: URL, _ pool: FrameWorkerPool) -> Tally {
            var tally = Tally()
            guard let content = try? Data(contentsOf: file),
                let read = try? PartTenReader.read(MemoryBytes([UInt8](content)))
            else { return Tally(failures: 1) }
            let source = FrameSource(read, foreign: pool)
            for index in 0..<source.frameCount {
                guard let frame = try? source.frame(index) else {
                    tally.failures += 1
                    continue
                }
                tally.frameCount += 1
                tally.byteCount += frame.frameSizeInBytes
            }
            return tally
        }
    }
}
