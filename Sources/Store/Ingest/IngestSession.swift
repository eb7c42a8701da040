import Blobs
import Catalog
public import DICOM
import FrameCodecs
import ImageSets
import NIOCore
import Synchronization

/// One ingest: stage files in any order and concurrency, then commit them all at once in the order that decides.
public struct IngestSession: Sendable {
    private let datastore: Datastore
    private let writer: any BlobWriter
    private let commonFacts = CommonFacts()

    init(_ datastore: Datastore, writer: any BlobWriter) {
        self.datastore = datastore
        self.writer = writer
    }

    /// Runs `body`, and the tasks that it makes, on the threads that encode: a file then goes from one step to the next
    /// without waking another thread, which costs an import of single slices some percent. Nothing in `body` may block for
    /// long but what stages.
    public func onEncodingThreads<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await withTaskExecutorPreference(datastore.encoders) { try await body() }
    }

    /// Reads a P10 file, which may be amended before it is staged. Throws ``ImportRejection`` when the file is at fault.
    public func read(_ content: any RandomAccessBytes) async throws -> PartTenFile {
        try await datastore.encoders.run { try InstanceIntake.read(content) }
    }

    /// Reads, checks, encodes and verifies one P10 file, and appends what is kept of it. Nothing becomes visible.
    ///
    /// Throws ``ImportRejection`` when the file is at fault; any other error is the store's.
    public func stage(_ content: any RandomAccessBytes) async throws -> StagedInstance {
        try await stage { try InstanceIntake.read(content) }
    }

    /// Stages a file that was read; see ``stage(_:)-(RandomAccessBytes)``.
    public func stage(_ file: PartTenFile) async throws -> StagedInstance {
        try await stage { file }
    }

    private func stage(_ read: @escaping @Sendable () throws -> PartTenFile) async throws -> StagedInstance {
        let salt = withUnsafeBytes(of: datastore.environment.random128().bigEndian) { Array($0) }
        let (format, foreignCodec) = (datastore.format, datastore.foreignCodec)
        let stage = try await datastore.encoders.run { [writer, commonFacts] in
            let intake = try InstanceIntake(read(), salt: salt, format: format, foreignCodec: foreignCodec)
            guard intake.pixels.frameCount == 1 else { return Stage.read(intake, onlyFrame: nil) }
            let onlyFrame = Result { try FrameFile(ofFrame: 0, from: intake.pixels) }
            if let staged = try Self.stageHere(intake, onlyFrame, writer, commonFacts) { return .done(staged) }
            return .read(intake, onlyFrame: onlyFrame)
        }
        switch stage {
        case .done(let staged): return staged
        case .read(let intake, let onlyFrame): return try await finish(intake, onlyFrame)
        }
    }

    /// How far an instance came on the encoder's thread.
    private enum Stage {
        case done(StagedInstance)
        case read(InstanceIntake, onlyFrame: Result<FrameFile, any Error>?)
    }

    /// Stages an instance of one frame and no bulk values, as most are, without waking another thread; nil when that
    /// cannot be. Then a header may have been appended that nothing points to: some kilobytes where a pack ends.
    private static func stageHere(
        _ intake: InstanceIntake, _ onlyFrame: Result<FrameFile, any Error>, _ writer: any BlobWriter,
        _ commonFacts: CommonFacts
    ) throws -> StagedInstance? {
        guard case .success(let file) = onlyFrame, intake.header.bulkValues.isEmpty,
            let header = try writer.appendHere(intake.header.bytes()),
            let location = try writer.appendHere(file.bytes)
        else { return nil }
        var pixels = StoredPixels(of: intake.pixels)
        pixels.append(file.frame, at: location)
        return staged(intake, header: header, pixels, [], commonFacts)
    }

    /// Stages what takes more than one step. `onlyFrame` is the frame of an instance that has no other.
    private func finish(
        _ intake: InstanceIntake, _ onlyFrame: Result<FrameFile, any Error>?
    ) async throws -> StagedInstance {
        let pixels = try await storePixels(of: intake, onlyFrame)
        var bulkValues: [BulkValueRecord] = []
        for (reference, source) in zip(intake.header.bulkValues, intake.bulkSources) {
            let location = try await append(source, of: intake.file.content, vr: reference.vr)
            bulkValues.append(BulkValueRecord(hash: reference.hash, location: location))
        }
        let header = try await writer.append(ByteBuffer(bytes: intake.header.bytes()))
        return Self.staged(intake, header: header, pixels, bulkValues, commonFacts)
    }

    /// What is to be recorded of an instance, all of which has been appended.
    private static func staged(
        _ intake: InstanceIntake, header: BlobLocation, _ pixels: StoredPixels, _ bulkValues: [BulkValueRecord],
        _ commonFacts: CommonFacts
    ) -> StagedInstance {
        let byteCount = bulkValues.reduce(pixels.byteCount + Int64(header.length)) { $0 + Int64($1.location.length) }
        let record = StoredObjectRecord(
            header: header, storedTransferSyntaxUID: pixels.transferSyntaxUID, pixelForm: pixels.form,
            frameCount: pixels.frames.count, wholePixelData: pixels.whole, bulkValues: bulkValues, byteCount: byteCount)
        let warnings = intake.warnings.merging(pixels.warnings)
        return StagedInstance(
            object: .new(record, frames: pixels.frames),
            facts: commonFacts.sharing(
                InstanceFacts(
                    intake.header, storedTransferSyntaxUID: pixels.transferSyntaxUID, frames: pixels.frames,
                    warnings: warnings)),
            warnings: warnings)
    }

    /// Makes all appended bytes durable, then puts the instances into image sets in one transaction. The order given
    /// decides where instances compete. When it returns, everything survives power loss and can be found.
    ///
    /// Instances that would make an image set's metadata longer than the quota are refused, the others unaffected.
    public func commit(_ staged: [StagedInstance]) async throws -> IngestOutcomes {
        guard !staged.isEmpty else { return [] }
        try await writer.commit()
        return try await datastore.commit(staged) { _, outcomes in outcomes }
    }

    /// Makes all appended bytes durable.
    func makeDurable() async throws {
        try await writer.commit()
    }

    /// Ends the session; what was not committed is reclaimed at the next start.
    public func close() async {
        await writer.close()
    }
}

// MARK: - Pixels

extension IngestSession {
    /// What is kept of an instance's pixel data.
    private struct StoredPixels {
        var form = StoredObjectRecord.PixelForm.none
        var transferSyntaxUID: String
        var frames: [FrameRecord] = []
        var whole: BlobLocation?
        var byteCount: Int64 = 0
        var warnings: [ImportFileWarning]

        /// Pixel data of which nothing is kept yet.
        init(of source: FrameSource) {
            transferSyntaxUID = source.storedTransferSyntaxUID
            warnings = source.warnings.map { ImportFileWarning(code: $0.code.rawValue, message: $0.message) }
        }

        /// Notes the next frame and where it lies.
        mutating func append(_ frame: EncodedFrame, at location: BlobLocation) {
            form = .frames
            byteCount += Int64(location.length)
            frames.append(FrameRecord(frame, at: location))
        }
    }

    /// A frame encoded, and the file that is kept of it: in the form that GetImageFrame gives, so that serving it is one
    /// read.
    private struct FrameFile: Sendable {
        let frame: EncodedFrame
        let bytes: [UInt8]

        init(ofFrame index: Int, from source: FrameSource) throws(FrameError) {
            frame = try source.frame(index)
            bytes =
                if let pixel = source.pixel {
                    ImageFrameFile.wrap(frame.bytes, transferSyntaxUID: frame.transferSyntaxUID, pixel: pixel)
                } else {
                    frame.bytes
                }
        }
    }

    /// `onlyFrame` is the frame of an instance that has no other.
    private func storePixels(
        of intake: InstanceIntake, _ onlyFrame: Result<FrameFile, any Error>?
    ) async throws -> StoredPixels {
        let source = intake.pixels
        var pixels = StoredPixels(of: source)
        if case .keepVideo = source.plan, let whole = source.whole {
            try await storeVideo(whole, source, &pixels)
            return pixels
        }
        guard source.frameCount > 0 else {
            if let whole = source.whole, source.plan != .noPixels {
                try await keepWhole(whole, source, &pixels)
            }
            return pixels
        }
        do {
            if let onlyFrame {
                try await append([onlyFrame.get()], &pixels)
            } else {
                try await storeFrames(source, &pixels)
            }
        } catch let error as FrameError where error.code == .decoderUnavailable {
            // Not the file's fault: it is to be imported again when this machine can.
            throw StoreError(.internal, "no frame can be decoded here", cause: error)
        } catch let error as FrameError {
            // Nothing unverified is stored (spec/50): the pixel data is kept as it came.
            let warning = FrameSource.failureWarning(error)
            pixels.warnings.append(ImportFileWarning(code: warning.code.rawValue, message: warning.message))
            pixels.frames = []
            pixels.byteCount = 0
            guard let whole = source.whole else { throw StoreError(.internal, "pixel data without bytes") }
            try await keepWhole(whole, source, &pixels)
        }
        return pixels
    }

    /// Encodes a few frames at a time and appends them in their order, so that memory does not grow with their number.
    private func storeFrames(_ source: FrameSource, _ pixels: inout StoredPixels) async throws {
        pixels.frames.reserveCapacity(source.frameCount)
        let encoders = datastore.encoders
        let width = datastore.configuration.encodingConcurrency
        for first in stride(from: 0, to: source.frameCount, by: width) {
            let files = try await withThrowingTaskGroup(of: (Int, FrameFile).self) { group in
                let last = min(first + width, source.frameCount)
                for index in first..<last {
                    group.addTask {
                        (index, try await encoders.run { try FrameFile(ofFrame: index, from: source) })
                    }
                }
                var files = [FrameFile?](repeating: nil, count: last - first)
                for try await (index, file) in group { files[index - first] = file }
                return files.compactMap(\.self)
            }
            try await append(files, &pixels)
        }
    }

    private func append(_ files: [FrameFile], _ pixels: inout StoredPixels) async throws {
        for file in files {
            pixels.append(file.frame, at: try await writer.append(ByteBuffer(bytes: file.bytes)))
        }
    }

    /// A video is one frame: the stream of all its fragments, its checksum over the stored bytes (spec/50).
    private func storeVideo(
        _ video: PixelDataBytes, _ source: FrameSource, _ pixels: inout StoredPixels
    ) async throws {
        pixels.form = .frames
        pixels.transferSyntaxUID = source.wholeTransferSyntaxUID
        let checksum = Mutex(CRC32())
        let location = try await writer.append(length: UInt64(video.count)) { write in
            try await Self.copy(video, 0..<video.count) { piece in
                piece.withUnsafeReadableBytes { bytes in checksum.withLock { $0.update(bytes) } }
                try await write(piece)
            }
        }
        pixels.byteCount += Int64(location.length)
        pixels.frames = [
            FrameRecord(
                location: location, sizeInBytes: Int64(video.count), minimumPixelValue: nil, maximumPixelValue: nil,
                resolutions: [
                    FrameRecord.Resolution(
                        width: source.pixel?.columns ?? 0, height: source.pixel?.rows ?? 0,
                        checksum: checksum.withLock { $0.value })
                ])
        ]
    }

    private func keepWhole(
        _ whole: PixelDataBytes, _ source: FrameSource, _ pixels: inout StoredPixels
    ) async throws {
        pixels.form = .whole
        pixels.transferSyntaxUID = source.wholeTransferSyntaxUID
        let table = FragmentTable(lengths: whole.pieceLengths).bytes
        let length = UInt64(table.count) + UInt64(whole.count)
        let location = try await writer.append(length: length) { write in
            try await write(ByteBuffer(bytes: table))
            try await Self.copy(whole, 0..<whole.count, to: write)
        }
        pixels.whole = location
        pixels.byteCount += Int64(location.length)
    }

    /// Appends a bulk value, little endian.
    private func append(
        _ source: BulkSource, of content: any RandomAccessBytes, vr: VR
    ) async throws -> BlobLocation {
        let value: BulkValue
        switch source {
        case .bytes(let bytes): return try await writer.append(ByteBuffer(bytes: bytes))
        case .content(let bulk): value = bulk
        }
        let swap = value.isBigEndian && vr.wordSize > 1 ? vr.wordSize : 1
        return try await writer.append(length: UInt64(value.length)) { write in
            try await Self.copy(content, value.offset..<value.offset + value.length, wordSize: swap, to: write)
        }
    }

    private static func copy(
        _ content: any RandomAccessBytes, _ range: Range<Int>, wordSize: Int = 1,
        to write: (ByteBuffer) async throws -> Void
    ) async throws {
        let step = 1 << 20
        for start in stride(from: range.lowerBound, to: range.upperBound, by: step) {
            var piece = Array(try content.read(at: start, count: min(step, range.upperBound - start)))
            if wordSize > 1 { reverseWords(of: wordSize, in: &piece) }
            try await write(ByteBuffer(bytes: piece))
        }
    }
}

/// Turns the bytes of each whole word around.
private func reverseWords(of size: Int, in bytes: inout [UInt8]) {
    for start in stride(from: 0, through: bytes.count - size, by: size) {
        bytes[start..<start + size].reverse()
    }
}

extension FrameRecord {
    init(_ frame: EncodedFrame, at location: BlobLocation) {
        self.init(
            location: location, sizeInBytes: Int64(frame.frameSizeInBytes),
            minimumPixelValue: frame.minimum.map { Int64($0) }, maximumPixelValue: frame.maximum.map { Int64($0) },
            resolutions: frame.checksums.map { Resolution(width: $0.width, height: $0.height, checksum: $0.crc32) })
    }
}

extension [ImportFileWarning] {
    /// Both lists by code, one warning of each: the first said wins.
    func merging(_ others: [ImportFileWarning]) -> [ImportFileWarning] {
        var seen: Set<Int> = []
        return (self + others).filter { seen.insert($0.code).inserted }.sorted { $0.code < $1.code }
    }
}
