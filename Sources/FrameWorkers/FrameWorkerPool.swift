import Dispatch
public import FrameCodecs
import Synchronization

/// A ``ForeignCodec`` that runs the libraries in processes of their own.
///
/// A crash, a hang or a flood of memory costs the frame that it is about, never the caller. A worker that somebody else
/// ended costs nothing: the frame is given to another. Workers are started when they are needed, do one frame at a time,
/// and are replaced after a number of frames.
public final class FrameWorkerPool: ForeignCodec {
    private let executable: String
    private let arguments: [String]
    private let limits: WorkerLimits
    private let places: DispatchSemaphore
    private let state = Mutex(State())

    private struct State {
        var idle: [Worker] = []
        var startCount = 0
        var isConfined: Bool?
    }

    /// A worker between frames.
    private struct Worker {
        let process: WorkerProcess
        var frameCount = 0
    }

    /// Up to `size` workers, each `executable` with `arguments`.
    public init(
        executable: String = "/proc/self/exe", arguments: [String] = ["frame-worker"], size: Int,
        limits: WorkerLimits = WorkerLimits()
    ) {
        self.executable = executable
        self.arguments = arguments
        self.limits = limits
        places = DispatchSemaphore(value: max(1, size))
    }

    deinit {
        stop()
    }

    /// Ends the workers that have nothing to do; new ones are started when there is something again.
    public func stop() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        for worker in idle { worker.process.stop() }
    }

    /// The workers that were started so far.
    public var startCount: Int {
        state.withLock { $0.startCount }
    }

    /// Whether the kernel filters the workers' system calls; nil before the first was started.
    public var isConfined: Bool? {
        state.withLock { $0.isConfined }
    }

    /// The process ids of the workers that wait for a frame.
    public var idleProcessIDs: [Int32] {
        state.withLock { $0.idle.map(\.process.processID) }
    }

    // MARK: ForeignCodec

    /// One frame; see ``ForeignCodec``.
    public func decode(_ frame: [UInt8], _ scheme: ForeignScheme, _ shape: FrameShape) throws(FrameError) -> [UInt8] {
        try run(.decode(scheme), frame, shape, capacity: shape.byteCount) { reply, output throws(FrameError) in
            guard reply.outputLength == shape.byteCount else { throw Self.nonsense }
            return output(0..<shape.byteCount)
        }
    }

    /// A frame at its resolutions; see ``ForeignCodec``.
    public func decodeResolutions(
        _ frame: [UInt8], _ shape: FrameShape, minimumSide: Int
    ) throws(FrameError) -> [ForeignResolution] {
        // All smaller resolutions together take less than half of the full one, and a pixel more a line.
        let capacity = shape.byteCount * 2 + (shape.columns + shape.rows + 1) * shape.samplesPerPixel * 32
        return try run(.decodeResolutions(minimumSide: minimumSide), frame, shape, capacity: capacity) {
            reply, output throws(FrameError) in
            var resolutions: [ForeignResolution] = []
            var place = 0
            for index in stride(from: 0, to: reply.sides.count - 1, by: 2) {
                let (columns, rows) = (reply.sides[index], reply.sides[index + 1])
                guard (1...shape.columns).contains(columns), (1...shape.rows).contains(rows) else {
                    throw Self.nonsense
                }
                let length = columns * rows * shape.samplesPerPixel * shape.bytesPerCell
                guard length <= reply.outputLength - place else { throw Self.nonsense }
                resolutions.append(
                    ForeignResolution(columns: columns, rows: rows, cells: output(place..<place + length)))
                place += length
            }
            guard let full = resolutions.last, (full.columns, full.rows) == (shape.columns, shape.rows) else {
                throw Self.nonsense
            }
            return resolutions
        }
    }

    /// A frame as JPEG 2000; see ``ForeignCodec``.
    public func encodeJPEG2000(
        _ cells: [UInt8], _ shape: FrameShape, _ encoding: JPEG2000Encoding
    ) throws(FrameError) -> [UInt8] {
        guard cells.count == shape.byteCount else {
            throw FrameError(.descriptionMismatch, "the frame has another size than the attributes say")
        }
        // Noise grows a little when it is coded.
        let capacity = shape.byteCount * 2 + (1 << 16)
        return try run(.encodeJPEG2000(encoding), cells, shape, capacity: capacity) { reply, output in
            output(0..<reply.outputLength)
        }
    }

    // MARK: workers

    /// How often a frame is given to another worker when somebody ended the one it had.
    private static let maximumTries = 4
    private static let pageSize = 1 << 16
    private static let nonsense = FrameError(.decoderCrashed, "the decoder's answer makes no sense")

    /// Has a worker do a frame. `take` reads its reply and copies what it needs of the output.
    private func run<Result>(
        _ operation: WorkerRequest.Operation, _ input: [UInt8], _ shape: FrameShape, capacity: Int,
        _ take: (WorkerReply, _ output: (Range<Int>) -> [UInt8]) throws(FrameError) -> Result
    ) throws(FrameError) -> Result {
        let outputOffset = (input.count + Self.pageSize - 1) / Self.pageSize * Self.pageSize
        guard shape.byteCount > 0, outputOffset + capacity <= SharedRegion.byteCount else {
            throw FrameError(.tooLarge, "a frame that no decoder takes")
        }
        let request = WorkerRequest(
            operation: operation, inputLength: input.count, outputOffset: outputOffset, outputCapacity: capacity,
            shape: shape, allowance: limits.allowance(shape))
        places.wait()
        defer { places.signal() }
        var tries = 0
        var wantsFresh = false
        while true {
            tries += 1
            var worker = try wantsFresh ? startWorker() : takeWorker()
            let region = worker.process.region
            region.bytes(0..<input.count).copyBytes(from: input)
            guard let reply = worker.process.exchange(request, patience: limits.patience(request.allowance)) else {
                switch worker.process.stop() {
                case .killed where tries < Self.maximumTries: continue
                case .crashed where worker.frameCount > 0:
                    // What an earlier frame did to the worker's memory may have ended it; a new one tells.
                    wantsFresh = true
                    continue
                case .killed, .crashed: throw FrameError(.decoderCrashed, "the decoder ended on the frame")
                case .exhausted:
                    throw FrameError(.decoderExhausted, "the decoder took more time than such a frame may take")
                }
            }
            worker.frameCount += 1
            defer {
                region.release(from: outputOffset + capacity)
                giveBack(worker, after: reply)
            }
            try Self.check(reply, capacity: capacity)
            return try take(reply) { range in
                region.copy(outputOffset + range.lowerBound..<outputOffset + range.upperBound)
            }
        }
    }

    private static func check(_ reply: WorkerReply, capacity: Int) throws(FrameError) {
        switch reply.status {
        case .done:
            guard reply.outputLength <= capacity else { throw nonsense }
        case .corrupt:
            throw FrameError(.corruptFrame, "the frame cannot be decoded")
        case .mismatch:
            throw FrameError(.descriptionMismatch, "the frame is not of the size and depth that the attributes say")
        case .unsupported:
            throw FrameError(.unsupportedEncoding, "a kind of frame that the libraries do not know")
        case .noMemory:
            throw FrameError(.decoderExhausted, "the decoder took more memory than such a frame may take")
        case .noRoom, .ready, .readyUnconfined:
            throw nonsense
        }
    }

    private func takeWorker() throws(FrameError) -> Worker {
        if let worker = state.withLock({ $0.idle.popLast() }) { return worker }
        return try startWorker()
    }

    private func startWorker() throws(FrameError) -> Worker {
        guard let process = WorkerProcess(executable: executable, arguments: arguments) else {
            throw FrameError(.decoderUnavailable, "no decoder process could be started")
        }
        state.withLock { state in
            state.startCount += 1
            state.isConfined = process.isConfined
        }
        return Worker(process: process)
    }

    /// Keeps a worker for the next frame. One that met a bad frame is ended: who knows what that left in its memory.
    private func giveBack(_ worker: Worker, after reply: WorkerReply) {
        guard reply.status == .done, worker.frameCount < limits.framesPerWorker else {
            worker.process.stop()
            return
        }
        state.withLock { $0.idle.append(worker) }
    }
}
