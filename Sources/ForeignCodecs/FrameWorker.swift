import CForeignCodecs
import FrameCodecs
import FrameWorkers

/// The life of a frame worker: confine itself, then do frames until its server is gone.
public enum FrameWorker {
    /// Serves the socket and the region that ``FrameWorkerPool`` starts workers with; false when they are not there.
    public static func run() -> Bool {
        guard let region = SharedRegion(inherited: WorkerChannel.workerRegion) else { return false }
        let channel = WorkerChannel(descriptor: WorkerChannel.workerSocket)
        let confinement = fc_confine(WorkerChannel.workerSocket)
        let greeting = WorkerReply(confinement.filters_system_calls == 1 ? .ready : .readyUnconfined)
        guard channel.send(greeting.words) else { return false }
        while case .words(let words) = channel.receive() {
            guard let request = WorkerRequest(words: words), isInside(request) else { return false }
            _ = fc_limit(
                UInt64(request.allowance.processorMilliseconds), UInt64(request.allowance.memoryMebibytes) << 20)
            let reply = perform(request, in: region)
            // No limit runs while nothing is done.
            _ = fc_limit(0, 0)
            guard channel.send(reply.words) else { return false }
        }
        return true
    }

    private static func isInside(_ request: WorkerRequest) -> Bool {
        request.inputLength <= request.outputOffset
            && request.outputOffset + request.outputCapacity <= SharedRegion.byteCount
    }

    private static func perform(_ request: WorkerRequest, in region: SharedRegion) -> WorkerReply {
        let input = UnsafeRawBufferPointer(region.bytes(0..<request.inputLength))
        let output = region.bytes(request.outputOffset..<request.outputOffset + request.outputCapacity)
        let outcome =
            switch request.operation {
            case .decode(let scheme): ForeignLibraries.decode(input, scheme, request.shape, into: output)
            case .decodeResolutions(let minimumSide):
                ForeignLibraries.decodeResolutions(input, request.shape, minimumSide: minimumSide, into: output)
            case .encodeJPEG2000(let encoding):
                ForeignLibraries.encodeJPEG2000(input, request.shape, encoding, into: output)
            }
        guard outcome.status == FC_OK else {
            return WorkerReply(WorkerReply.Status(rawValue: outcome.status.rawValue) ?? .corrupt)
        }
        return WorkerReply(.done, outputLength: outcome.length, sides: outcome.sides)
    }
}
