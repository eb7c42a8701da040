import FrameCodecs
import FrameWorkers
import Testing

struct WorkerMessageTests {
    private static let shape = FrameShape(columns: 3, rows: 5, samplesPerPixel: 3, bytesPerCell: 2, isSigned: true)

    @Test(arguments: [
        WorkerRequest.Operation.decode(.jpegLS), .decodeResolutions(minimumSide: 100),
        .encodeJPEG2000(
            JPEG2000Encoding(bitDepth: 12, isSigned: true, transformsColours: false, decompositionLevels: 5)),
        .encodeJPEG2000(
            JPEG2000Encoding(bitDepth: 8, isSigned: false, transformsColours: true, decompositionLevels: 0)),
    ])
    func aRequestIsReadAsItWasSent(operation: WorkerRequest.Operation) {
        let request = WorkerRequest(
            operation: operation, inputLength: 7, outputOffset: 65_536, outputCapacity: 90, shape: Self.shape,
            allowance: FrameAllowance(processorMilliseconds: 1_500, memoryMebibytes: 64))
        #expect(WorkerRequest(words: request.words) == request)
        #expect(WorkerRequest(words: Array(request.words.dropLast())) == nil)
        #expect(WorkerRequest(words: [9] + request.words.dropFirst()) == nil)
    }

    @Test func aReplyIsReadAsItWasSent() {
        let reply = WorkerReply(.done, outputLength: 5_000, sides: [101, 100, 202, 200])
        #expect(WorkerReply(words: reply.words) == reply)
        #expect(WorkerReply(words: [77, 0]) == nil)
        #expect(WorkerReply(words: [0]) == nil)
        #expect(WorkerReply(words: [UInt32](repeating: 0, count: 200)) == nil)
    }
}
