import FrameCodecs

/// How much a frame may cost, by its size.
///
/// The slowest of the libraries decodes 15 MiB a second here and takes about 12 times the frame in memory: a sound frame
/// stays far below both.
public struct WorkerLimits: Sendable {
    /// Processor time of any frame.
    public var baseMilliseconds = 1_000
    /// Processor time for every mebibyte of cells.
    public var millisecondsPerMebibyte = 1_000
    /// Memory of any frame, in mebibytes.
    public var baseMebibytes = 64
    /// Memory for every byte of cells.
    public var bytesPerByte = 24
    /// How many frames a worker does before another takes its place, so that what a library leaks goes with it.
    public var framesPerWorker = 2_000

    /// The defaults.
    public init() {}

    /// What a frame of `shape` may take, once.
    func allowance(_ shape: FrameShape) -> FrameAllowance {
        let mebibytes = shape.byteCount >> 20
        return FrameAllowance(
            processorMilliseconds: baseMilliseconds + (mebibytes + 1) * millisecondsPerMebibyte,
            memoryMebibytes: baseMebibytes + (shape.byteCount * bytesPerByte) >> 20)
    }

    /// How long a server waits for a worker: far longer than the processor time it may take, as a busy machine may let it
    /// wait for its turn.
    func patience(_ allowance: FrameAllowance) -> Duration {
        .milliseconds(30_000 + allowance.processorMilliseconds * 8)
    }
}
