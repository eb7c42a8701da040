import DICOM
import Foundation
import FrameCodecs
import FrameWorkers
import TestSupport
import Testing

/// Every compressed frame of the corpus, mutated: whatever the libraries do with it, the caller gets cells or an error.
///
/// `ISOCENTER_FUZZ=10000` makes as many frames for each scheme; without it there are a few for every run of the tests.
@Suite(.enabled(if: TestCorpus.isPresent))
struct FrameWorkerFuzzTests {
    private static let frameCount = ProcessInfo.processInfo.environment["ISOCENTER_FUZZ"].flatMap(Int.init) ?? 100

    @Test(arguments: ForeignScheme.allCases)
    func mutatedFramesCostOnlyThemselves(scheme: ForeignScheme) async throws {
        let frames = try CompressedFrame.corpus(scheme, maximumByteCount: 300_000)
        #expect(frames.count >= 3)
        var limits = WorkerLimits()
        // Sound frames of this size take a few milliseconds.
        (limits.baseMilliseconds, limits.millisecondsPerMebibyte) = (200, 200)
        let pool = try WorkerProgram.pool(size: 2, limits: limits)
        let found = await withTaskGroup(of: [Outcome: Int].self) { group in
            for half: UInt64 in 0..<2 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        DispatchQueue.global().async {
                            continuation.resume(
                                returning: Self.decode(frames, scheme, count: Self.frameCount / 2, seed: half, pool))
                        }
                    }
                }
            }
            return await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
        print(
            "\(scheme): \(found.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", "))"
                + "; \(pool.startCount) workers")
        #expect(found[.wrongSize] == nil && found[.unavailable] == nil)
        #expect(found.values.reduce(0, +) == Self.frameCount / 2 * 2)
        // Whatever came before, a sound frame is decoded.
        for frame in frames.prefix(3) {
            #expect(try pool.decode(frame.bytes, scheme, frame.shape).count == frame.shape.byteCount)
        }
    }

    private enum Outcome: Hashable {
        case decoded, refused, crashed, exhausted, wrongSize, unavailable
    }

    private static func decode(
        _ frames: [CompressedFrame], _ scheme: ForeignScheme, count: Int, seed: UInt64, _ pool: FrameWorkerPool
    ) -> [Outcome: Int] {
        var mutation = FrameMutation(seed: seed)
        var found: [Outcome: Int] = [:]
        for index in 0..<count {
            let frame = frames[index % frames.count]
            let outcome: Outcome
            do throws(FrameError) {
                let cells = try pool.decode(mutation.mutated(frame.bytes), scheme, frame.shape)
                outcome = cells.count == frame.shape.byteCount ? .decoded : .wrongSize
            } catch {
                switch error.code {
                case .decoderCrashed: outcome = .crashed
                case .decoderExhausted: outcome = .exhausted
                case .decoderUnavailable: outcome = .unavailable
                default: outcome = .refused
                }
            }
            found[outcome, default: 0] += 1
        }
        return found
    }
}

/// A frame of the corpus as it is compressed.
struct CompressedFrame: Sendable {
    var bytes: [UInt8]
    var shape: FrameShape

    /// The first frame of every file of a scheme whose decoded size is at most `maximumByteCount`.
    static func corpus(_ scheme: ForeignScheme, maximumByteCount: Int) throws -> [CompressedFrame] {
        guard let folder = TestCorpus.url("dicom"),
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        else { return [] }
        var frames: [CompressedFrame] = []
        for case let url as URL in files where url.pathExtension == "dcm" {
            guard ["jpeg", "j2k"].contains(where: { url.deletingLastPathComponent().lastPathComponent.hasPrefix($0) })
            else { continue }
            let file = try PartTenReader.read(MemoryBytes(Array(try Data(contentsOf: url))))
            guard let syntax = TransferSyntax.known(file.transferSyntaxUID), ForeignScheme(syntax) == scheme,
                let pixelData = file.pixelData, let pixel = try? PixelDescription(file.dataSet, pixelData: pixelData),
                pixel.frameByteCount <= maximumByteCount
            else { continue }
            let bytes = PixelDataBytes(pixelData, of: file.content)
            guard
                let layout = try? FrameLayout(pixelData, pixel, bytes: bytes, transferSyntaxUID: syntax.uid),
                let frame = try? layout.frame(0, of: bytes)
            else { continue }
            frames.append(
                CompressedFrame(
                    bytes: frame,
                    shape: FrameShape(
                        columns: pixel.columns, rows: pixel.rows, samplesPerPixel: pixel.samplesPerPixel,
                        bytesPerCell: max(pixel.bitsAllocated / 8, 1), isSigned: pixel.isSigned)))
        }
        return frames.sorted { $0.bytes.count < $1.bytes.count }
    }
}

/// Makes bad frames of good ones.
struct FrameMutation {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    private mutating func number(below bound: Int) -> Int {
        Int.random(in: 0..<max(bound, 1), using: &generator)
    }

    /// Bytes changed anywhere or in the headers, a piece cut off, taken out, doubled, or zeroed.
    mutating func mutated(_ frame: [UInt8]) -> [UInt8] {
        var bytes = frame
        switch number(below: 6) {
        case 0:
            bytes.removeLast(number(below: bytes.count))
        case 1:
            let start = number(below: bytes.count)
            bytes.removeSubrange(start..<min(start + 1 + number(below: 64), bytes.count))
        case 2:
            let start = number(below: bytes.count)
            bytes.insert(contentsOf: bytes[start..<min(start + 1 + number(below: 64), bytes.count)], at: start)
        case 3:
            let start = number(below: bytes.count)
            for place in start..<min(start + 1 + number(below: 64), bytes.count) { bytes[place] = 0 }
        case 4:
            for _ in 0...number(below: 4) { bytes[number(below: min(bytes.count, 120))] = UInt8(number(below: 256)) }
        default:
            for _ in 0...number(below: 8) { bytes[number(below: bytes.count)] = UInt8(number(below: 256)) }
        }
        return bytes
    }
}
