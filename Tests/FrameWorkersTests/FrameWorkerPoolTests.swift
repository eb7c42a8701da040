import DICOM
import ForeignCodecs
import Foundation
import FrameCodecs
import FrameWorkers
import Testing

/// Real workers: what they decode, and what becomes of a frame when one of them does not live through it.
struct FrameWorkerPoolTests {
    private static let shape = FrameShape(columns: 150, rows: 120, samplesPerPixel: 1, bytesPerCell: 2, isSigned: true)

    /// A slope with some noise, 12 bits, signed.
    private static let cells: [UInt8] = (0..<150 * 120).flatMap { index -> [UInt8] in
        let value = UInt16(bitPattern: Int16(index % 150 * 13 - 1_000 + index * 7_919 % 17))
        return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }

    private static let encoding = JPEG2000Encoding(
        bitDepth: 12, isSigned: true, transformsColours: false, decompositionLevels: 1)

    @Test func workersAnswerAsTheLibrariesDo() throws {
        let pool = try WorkerProgram.pool()
        let codestream = try pool.encodeJPEG2000(Self.cells, Self.shape, Self.encoding)
        #expect(try codestream == ForeignLibraries().encodeJPEG2000(Self.cells, Self.shape, Self.encoding))
        #expect(try pool.decode(codestream, .jpeg2000, Self.shape) == Self.cells)
        let resolutions = try pool.decodeResolutions(codestream, Self.shape, minimumSide: 60)
        #expect(resolutions.map(\.columns) == [75, 150])
        #expect(resolutions.map(\.rows) == [60, 120])
        #expect(resolutions.last?.cells == Self.cells)
        #expect(
            try resolutions == ForeignLibraries().decodeResolutions(codestream, Self.shape, minimumSide: 60))
        #expect(pool.startCount == 1)
    }

    @Test func theKernelFiltersTheirSystemCalls() throws {
        let pool = try WorkerProgram.pool()
        _ = try pool.encodeJPEG2000(Self.cells, Self.shape, Self.encoding)
        #expect(pool.isConfined == true)
        let worker = try #require(pool.idleProcessIDs.first)
        let status = try String(contentsOfFile: "/proc/\(worker)/status", encoding: .utf8)
        #expect(status.contains("Seccomp:\t2"))
        #expect(status.contains("NoNewPrivs:\t1"))
        let limits = try String(contentsOfFile: "/proc/\(worker)/limits", encoding: .utf8)
        for name in ["Max core file size", "Max file size", "Max open files", "Max processes"] {
            let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix(name) })
            #expect(line.dropFirst(name.count).split(separator: " ").prefix(2) == ["0", "0"])
        }
        #expect(status.contains("Threads:\t1"))
        // Standard input and output lead nowhere; the rest has no name in any file system.
        for descriptor in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(worker)/fd") {
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(worker)/fd/\(descriptor)")
            let known = ["/dev/null", "socket:", "/memfd:isocenter-frames"]
            #expect(known.contains { target.hasPrefix($0) }, "\(target)")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: "/proc/\(worker)/environ")).isEmpty)
    }

    @Test func badBytesAndOtherImagesAreErrors() throws {
        let pool = try WorkerProgram.pool()
        let codestream = try pool.encodeJPEG2000(Self.cells, Self.shape, Self.encoding)
        var other = Self.shape
        other.rows = 121
        for (frame, scheme, shape, code) in [
            ([1, 2, 3], ForeignScheme.jpeg, Self.shape, FrameError.Code.corruptFrame),
            ([], .jpegLS, Self.shape, .corruptFrame), ([0xFF, 0x0A], .jpegXL, Self.shape, .corruptFrame),
            (codestream, .jpeg2000, other, .descriptionMismatch),
            (Array(codestream.prefix(codestream.count / 2)), .jpeg2000, Self.shape, .corruptFrame),
        ] as [([UInt8], ForeignScheme, FrameShape, FrameError.Code)] {
            let error = #expect(throws: FrameError.self) { try pool.decode(frame, scheme, shape) }
            #expect(error?.code == code)
            // Who knows what a bad frame left in the worker's memory.
            #expect(pool.idleProcessIDs.isEmpty)
        }
        #expect(try pool.decode(codestream, .jpeg2000, Self.shape) == Self.cells)
    }

    @Test func aWorkerThatSomebodyEndsCostsNothing() throws {
        let pool = try WorkerProgram.pool()
        let codestream = try pool.encodeJPEG2000(Self.cells, Self.shape, Self.encoding)
        for round in 1...5 {
            for worker in pool.idleProcessIDs { kill(worker, round % 2 == 0 ? SIGKILL : SIGTERM) }
            #expect(try pool.decode(codestream, .jpeg2000, Self.shape) == Self.cells)
            #expect(pool.startCount == 1 + round)
        }
    }

    @Test func aFrameThatTakesTooLongCostsItself() throws {
        var limits = WorkerLimits()
        limits.baseMilliseconds = 20
        limits.millisecondsPerMebibyte = 0
        let pool = try WorkerProgram.pool(limits: limits)
        // A megapixel of noise takes far longer than that.
        let large = FrameShape(columns: 1_500, rows: 1_500, samplesPerPixel: 3, bytesPerCell: 1, isSigned: false)
        var state: UInt64 = 1
        let noise = (0..<large.byteCount).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        let error = #expect(throws: FrameError.self) {
            try pool.encodeJPEG2000(
                noise, large,
                JPEG2000Encoding(bitDepth: 8, isSigned: false, transformsColours: true, decompositionLevels: 5))
        }
        #expect(error?.code == .decoderExhausted)
        let codestream = try ForeignLibraries().encodeJPEG2000(Self.cells, Self.shape, Self.encoding)
        #expect(try pool.decode(codestream, .jpeg2000, Self.shape) == Self.cells)
    }

    @Test func aFrameThatTakesTooMuchMemoryCostsItself() throws {
        var limits = WorkerLimits()
        limits.baseMebibytes = 1
        limits.bytesPerByte = 1
        let pool = try WorkerProgram.pool(limits: limits)
        let large = FrameShape(columns: 2_000, rows: 2_000, samplesPerPixel: 3, bytesPerCell: 1, isSigned: false)
        #expect(throws: FrameError.self) {
            try pool.encodeJPEG2000(
                [UInt8](repeating: 7, count: large.byteCount), large,
                JPEG2000Encoding(bitDepth: 8, isSigned: false, transformsColours: true, decompositionLevels: 5))
        }
    }

    @Test func aWorkerIsReplacedAfterItsFrames() throws {
        var limits = WorkerLimits()
        limits.framesPerWorker = 3
        let pool = try WorkerProgram.pool(limits: limits)
        let codestream = try ForeignLibraries().encodeJPEG2000(Self.cells, Self.shape, Self.encoding)
        for _ in 0..<7 { #expect(try pool.decode(codestream, .jpeg2000, Self.shape) == Self.cells) }
        #expect(pool.startCount == 3)
    }

    @Test func aProgramThatIsNoWorkerIsNamed() {
        for executable in ["/bin/true", "/nowhere", "/bin/cat"] {
            let pool = FrameWorkerPool(executable: executable, size: 1)
            let error = #expect(throws: FrameError.self) { try pool.decode([1], .jpeg, Self.shape) }
            #expect(error?.code == .decoderUnavailable)
        }
    }

    @Test func workersEndWithTheirPool() throws {
        var pool: FrameWorkerPool? = try WorkerProgram.pool()
        _ = try pool?.encodeJPEG2000(Self.cells, Self.shape, Self.encoding)
        let worker = try #require(pool?.idleProcessIDs.first)
        #expect(kill(worker, 0) == 0)
        pool = nil
        #expect(kill(worker, 0) != 0)
    }

    @Test func framesAreDoneAtTheSameTime() async throws {
        let pool = try WorkerProgram.pool(size: 2)
        let codestream = try ForeignLibraries().encodeJPEG2000(Self.cells, Self.shape, Self.encoding)
        let cells = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await withCheckedThrowingContinuation { continuation in
                        DispatchQueue.global().async {
                            continuation.resume(
                                with: Result { try pool.decode(codestream, .jpeg2000, Self.shape) })
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(cells.count == 40 && cells.allSatisfy { $0 == Self.cells })
        #expect(pool.startCount <= 2)
    }
}
