import CDeflate
import Foundation
import HTJ2K

/// Runs the codec on one image in one thread, as `Benchmarks/codec.py` asks.
///
///     codec-benchmark <samples> <codestream> <width> <height> <components> <bits> <signed: 0 or 1>
///
/// Reads the one file and writes the other. Each line on standard input is `encode`, `decode` or `verify` with how many seconds to go on for; the answer is a line
/// with the median and the least CPU time of a run in nanoseconds and the bytes of the codestream.
@main
struct CodecBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        let numbers = arguments.dropFirst(3).compactMap { Int($0) }
        guard numbers.count == 5 else {
            throw BenchmarkError(
                message: "usage: codec-benchmark <samples> <codestream> <width> <height> <components> <bits> <signed>")
        }
        let image = ImageDescription(
            width: numbers[0], height: numbers[1], components: numbers[2], bitDepth: numbers[3],
            isSigned: numbers[4] == 1)
        let samples = [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[1])))
        let encoded = try encode(samples, image)
        guard try Codestream(encoded).decode() == samples else {
            throw BenchmarkError(message: "the decoded samples are not those that were encoded")
        }
        try Data(encoded).write(to: URL(fileURLWithPath: arguments[2]))
        while let line = readLine() {
            let words = line.split(separator: " ")
            guard words.count == 2, let seconds = Double(words[1]) else { continue }
            let (median, least) =
                switch words[0] {
                case "encode": try times(of: seconds) { _ = try encode(samples, image) }
                case "decode": try times(of: seconds) { _ = try Codestream(encoded).decode() }
                default: try times(of: seconds) { try verify(encoded) }
                }
            FileHandle.standardOutput.write(Data("\(median) \(least) \(encoded.count)\n".utf8))
        }
    }

    private static func encode(_ samples: [UInt8], _ image: ImageDescription) throws -> [UInt8] {
        try samples.withUnsafeBytes { try HTJ2K.encode($0, image) }
    }

    /// Decodes as an import does to verify a frame: the checksums of all resolutions.
    private static func verify(_ encoded: [UInt8]) throws {
        try Codestream(encoded).decodeResolutions { _, _, _, samples in
            _ = libdeflate_crc32(0, samples.baseAddress, samples.count)
        }
    }

    private static func times(of seconds: Double, _ run: () throws -> Void) throws -> (median: UInt64, least: UInt64) {
        var times: [UInt64] = []
        let start = ContinuousClock.now
        repeat {
            let before = threadTime()
            try run()
            times.append(threadTime() - before)
        } while start.duration(to: .now) < .seconds(seconds)
        times.sort()
        return (times[times.count / 2], times[0])
    }

    /// The CPU time of this thread, which work of other processes hardly touches.
    private static func threadTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// Why nothing was measured.
struct BenchmarkError: Error {
    var message: String
}
