import Catalog
import DICOM
import FrameCodecs
import ImageSets
import Store
import TestSupport
import Testing

/// What the store makes of a foreign codec's answers, whichever libraries stand behind it.
struct ForeignCodecTests {
    private static let jpegLossless = "1.2.840.10008.1.2.4.70"
    private static let jpeg2000Lossless = "1.2.840.10008.1.2.4.90"

    @Test func aJPEG2000StoreWritesThroughTheCodec() async throws {
        try await StoreFixture.withDatastore(format: .jpeg2000, foreignCodec: PlainCodec()) { _, datastore in
            let source = TestInstance.numbered(1)
            let outcome = try await datastore.ingest([source])[0]
            let instance = try await datastore.instance(study: source.study, series: source.series, sop: source.sop)
            #expect(instance.storedTransferSyntaxUID == Self.jpeg2000Lossless)
            #expect(instance.isDecodable && instance.frameCount == 1)
            #expect(try await bytes(of: instance, as: .explicitLittleEndian) == source.pixels)
            #expect(try await bytes(of: instance, as: .stored) == source.pixels)
            #expect(outcome.isPrimary)
        }
    }

    @Test func withoutACodecThereIsNoJPEG2000Store() async throws {
        let store = try await StoreFixture().open()
        var creation = DatastoreCreation()
        creation.format = .jpeg2000
        await #expect(throws: StoreError(.invalid, "")) { try await store.createDatastore(creation) }
        try await store.close()
    }

    @Test func aFrameThatItDecodesIsTranscoded() async throws {
        try await StoreFixture.withDatastore(foreignCodec: PlainCodec()) { _, datastore in
            let source = TestInstance.numbered(1)
            let staged = try await stage(source, in: datastore)
            #expect(staged.warnings.isEmpty)
            let instance = try await datastore.instance(study: source.study, series: source.series, sop: source.sop)
            #expect(instance.storedTransferSyntaxUID == "1.2.840.10008.1.2.4.202")
            #expect(try await bytes(of: instance, as: .explicitLittleEndian) == source.pixels)
        }
    }

    @Test(arguments: [
        FrameError.Code.decoderCrashed, .decoderExhausted, .corruptFrame, .descriptionMismatch,
    ])
    func aFrameThatItCannotDecodeIsKeptWithAWarning(code: FrameError.Code) async throws {
        try await StoreFixture.withDatastore(foreignCodec: FailingCodec(code: code)) { _, datastore in
            let source = TestInstance.numbered(1)
            let staged = try await stage(source, in: datastore)
            #expect(staged.warnings.map(\.code) == [45312])
            let instance = try await datastore.instance(study: source.study, series: source.series, sop: source.sop)
            #expect(instance.storedTransferSyntaxUID == Self.jpegLossless && !instance.isDecodable)
            #expect(try await bytes(of: instance, as: .stored) == source.pixels)
        }
    }

    @Test func aCodecThatIsNotThereIsOurFaultAndNotTheFiles() async throws {
        try await StoreFixture.withDatastore(foreignCodec: FailingCodec(code: .decoderUnavailable)) { _, datastore in
            let error = await #expect(throws: StoreError.self) {
                try await stage(TestInstance.numbered(1), in: datastore)
            }
            #expect(error?.code == .internal)
        }
    }

    /// The first frame.
    private func bytes(of instance: StoredInstance, as form: FrameForm) async throws -> [UInt8] {
        let sink = ByteSink()
        try await instance.frame(1, as: form).write { await sink.take($0) }
        return await sink.bytes
    }

    /// Stages and commits the instance with its pixels as one fragment of JPEG lossless.
    @discardableResult
    private func stage(_ instance: TestInstance, in datastore: Datastore) async throws -> StagedInstance {
        let layout = try EncapsulatedPixelDataLayout(frameLengths: [instance.pixels.count])
        let meta = PartTenWriter.fileMeta(
            sopClassUID: "1.2.840.10008.5.1.4.1.1.2", sopInstanceUID: instance.sop,
            transferSyntaxUID: Self.jpegLossless)
        let file =
            try PartTenWriter.fileMetaBytes(meta) + PartTenWriter.dataSetBytes(instance.dataSet) { _ in [] }
            + layout.header + layout.itemHeader(0) + instance.pixels + layout.trailer
        let session = try await datastore.beginIngest(for: .request)
        do {
            let staged = try await session.stage(MemoryBytes(file))
            _ = try await session.commit([staged])
            await session.close()
            return staged
        } catch {
            await session.close()
            throw error
        }
    }
}

/// A codec whose compressed frames are the cells themselves.
private struct PlainCodec: ForeignCodec {
    func decode(_ frame: [UInt8], _ scheme: ForeignScheme, _ shape: FrameShape) throws(FrameError) -> [UInt8] {
        Array(frame.prefix(shape.byteCount))
    }

    func decodeResolutions(
        _ frame: [UInt8], _ shape: FrameShape, minimumSide: Int
    ) throws(FrameError) -> [ForeignResolution] {
        [ForeignResolution(columns: shape.columns, rows: shape.rows, cells: frame)]
    }

    func encodeJPEG2000(
        _ cells: [UInt8], _ shape: FrameShape, _ encoding: JPEG2000Encoding
    ) throws(FrameError) -> [UInt8] {
        cells
    }
}

/// A codec that does nothing but fail.
private struct FailingCodec: ForeignCodec {
    let code: FrameError.Code

    func decode(_ frame: [UInt8], _ scheme: ForeignScheme, _ shape: FrameShape) throws(FrameError) -> [UInt8] {
        throw FrameError(code, "as wanted")
    }

    func decodeResolutions(
        _ frame: [UInt8], _ shape: FrameShape, minimumSide: Int
    ) throws(FrameError) -> [ForeignResolution] {
        throw FrameError(code, "as wanted")
    }

    func encodeJPEG2000(
        _ cells: [UInt8], _ shape: FrameShape, _ encoding: JPEG2000Encoding
    ) throws(FrameError) -> [UInt8] {
        throw FrameError(code, "as wanted")
    }
}
