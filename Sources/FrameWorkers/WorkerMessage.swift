public import FrameCodecs

/// What a server asks of a frame worker. The frame itself lies at the start of the region that both share.
///
/// Messages are sequences of 32-bit words, little endian; one is one packet of the socket.
public struct WorkerRequest: Sendable, Equatable {
    /// What is to be done.
    public enum Operation: Sendable, Equatable {
        /// Decode a frame; the output is its cells.
        case decode(ForeignScheme)
        /// Decode a JPEG 2000 frame at all resolutions down to a shorter side; the output is their cells.
        case decodeResolutions(minimumSide: Int)
        /// Code cells as JPEG 2000; the output is the codestream.
        case encodeJPEG2000(JPEG2000Encoding)
    }

    /// What is to be done.
    public var operation: Operation
    /// The bytes of input, which start the region.
    public var inputLength: Int
    /// Where the output goes in the region.
    public var outputOffset: Int
    /// How many bytes the output may take.
    public var outputCapacity: Int
    /// What the frame is decoded to, or is.
    public var shape: FrameShape
    /// What the work may take.
    public var allowance: FrameAllowance

    /// The parts as given.
    public init(
        operation: Operation, inputLength: Int, outputOffset: Int, outputCapacity: Int, shape: FrameShape,
        allowance: FrameAllowance
    ) {
        self.operation = operation
        self.inputLength = inputLength
        self.outputOffset = outputOffset
        self.outputCapacity = outputCapacity
        self.shape = shape
        self.allowance = allowance
    }

    /// The message.
    public var words: [UInt32] {
        var words: [UInt32]
        switch operation {
        case .decode(let scheme): words = [1, scheme.rawValue, 0, 0, 0]
        case .decodeResolutions(let minimumSide): words = [2, UInt32(clamping: minimumSide), 0, 0, 0]
        case .encodeJPEG2000(let encoding):
            words = [
                3, UInt32(clamping: encoding.bitDepth), encoding.isSigned ? 1 : 0, encoding.transformsColours ? 1 : 0,
                UInt32(clamping: encoding.decompositionLevels),
            ]
        }
        let numbers = [
            inputLength, outputOffset, outputCapacity, shape.columns, shape.rows, shape.samplesPerPixel,
            shape.bytesPerCell, shape.isSigned ? 1 : 0, allowance.processorMilliseconds, allowance.memoryMebibytes,
        ]
        return words + numbers.map { UInt32(clamping: $0) }
    }

    /// Reads a message; nil when it is none.
    public init?(words: [UInt32]) {
        guard words.count == 15 else { return nil }
        switch words[0] {
        case 1:
            guard let scheme = ForeignScheme(rawValue: words[1]) else { return nil }
            operation = .decode(scheme)
        case 2:
            operation = .decodeResolutions(minimumSide: Int(words[1]))
        case 3:
            operation = .encodeJPEG2000(
                JPEG2000Encoding(
                    bitDepth: Int(words[1]), isSigned: words[2] == 1, transformsColours: words[3] == 1,
                    decompositionLevels: Int(words[4])))
        default: return nil
        }
        let numbers = words.dropFirst(5).map { Int($0) }
        (inputLength, outputOffset, outputCapacity) = (numbers[0], numbers[1], numbers[2])
        shape = FrameShape(
            columns: numbers[3], rows: numbers[4], samplesPerPixel: numbers[5], bytesPerCell: numbers[6],
            isSigned: numbers[7] == 1)
        allowance = FrameAllowance(processorMilliseconds: numbers[8], memoryMebibytes: numbers[9])
    }
}

/// What a frame worker answers.
public struct WorkerReply: Sendable, Equatable {
    /// How it went.
    public enum Status: UInt32, Sendable {
        /// Before any request: the worker is confined and waits.
        case ready = 100
        /// The same, on a kernel that does not filter system calls.
        case readyUnconfined = 101
        case done = 0
        case corrupt = 1
        case mismatch = 2
        case unsupported = 3
        case noMemory = 4
        case noRoom = 5
    }

    /// How it went.
    public var status: Status
    /// The bytes of output.
    public var outputLength: Int
    /// The sizes of the resolutions, when those were asked for: columns and rows in turn.
    public var sides: [Int]

    /// The parts as given.
    public init(_ status: Status, outputLength: Int = 0, sides: [Int] = []) {
        self.status = status
        self.outputLength = outputLength
        self.sides = sides
    }

    /// The message.
    public var words: [UInt32] {
        [status.rawValue, UInt32(clamping: outputLength)] + sides.map { UInt32(clamping: $0) }
    }

    /// Reads a message; nil when it is none.
    public init?(words: [UInt32]) {
        guard words.count >= 2, words.count <= WorkerChannel.maximumWordCount, let status = Status(rawValue: words[0])
        else { return nil }
        self.status = status
        outputLength = Int(words[1])
        sides = words.dropFirst(2).map { Int($0) }
    }
}

/// What the work on one frame may take before its worker is ended.
public struct FrameAllowance: Sendable, Hashable {
    /// Processor time; hangs use it up, waiting for a turn on a busy machine does not.
    public var processorMilliseconds: Int
    /// Private memory.
    public var memoryMebibytes: Int

    /// The parts as given.
    public init(processorMilliseconds: Int, memoryMebibytes: Int) {
        self.processorMilliseconds = processorMilliseconds
        self.memoryMebibytes = memoryMebibytes
    }
}
