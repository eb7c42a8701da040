import DICOM
import Testing

@testable import FrameCodecs

struct FrameSourceTests {
    @Test func noPixelDataAreNoFrames() {
        let source = FrameSource(file(DataSet(), nil, MemoryBytes([])))
        #expect(source.plan == .noPixels)
        #expect(source.frameCount == 0 && source.whole == nil && source.warnings.isEmpty)
        #expect(source.storedTransferSyntaxUID == "1.2.840.10008.1.2.1")
    }

    @Test func anEmptyPixelDataElementIsNone() {
        #expect(FrameSource(file(imageModule(), native([]), MemoryBytes([]))).plan == .noPixels)
    }

    @Test func nativeFramesAreEncoded() throws {
        let content: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let source = FrameSource(file(imageModule(frames: "2"), native(content), MemoryBytes(content)))
        #expect(source.plan == .transcode(to: "1.2.840.10008.1.2.4.202"))
        #expect(source.frameCount == 2 && source.warnings.isEmpty)
        let pixel = try #require(source.pixel)
        for index in 0..<2 {
            let frame = try source.frame(index)
            let samples = try FrameDecoder.decode(
                frame.bytes, storedTransferSyntaxUID: source.storedTransferSyntaxUID, pixel: pixel)
            #expect(samples == Array(content[index * 4..<index * 4 + 4]))
        }
        #expect(throws: FrameError.self) { try source.frame(2) }
        #expect(throws: FrameError.self) { try source.frame(-1) }
    }

    @Test func bigEndianFramesAreTurned() throws {
        let content: [UInt8] = [0, 1, 0, 2, 0, 3, 0, 4]
        let source = FrameSource(
            file(
                imageModule(allocated: 16), native(content, isBigEndian: true), MemoryBytes(content),
                "1.2.840.10008.1.2.2"))
        let frame = try source.frame(0)
        #expect((frame.minimum, frame.maximum) == (1, 4))
        #expect(frame.checksums.last?.crc32 == Checksum.crc32([1, 0, 2, 0, 3, 0, 4, 0]))
    }

    @Test func cellsThatCannotBeAsTheModuleSaysLoseNothing() throws {
        let content: [UInt8] = [0x34, 0xF2, 0x01, 0x00, 0xFF, 0xFF, 0x00, 0x80]
        let source = FrameSource(
            file(imageModule(allocated: 16, stored: 16, highBit: 11), native(content), MemoryBytes(content)))
        #expect(source.warnings.map(\.code) == [.sopClassDataMismatch])
        #expect(source.warnings.first?.message.contains("HighBit") == true)
        let frame = try source.frame(0)
        #expect((frame.minimum, frame.maximum) == (1, 0xFFFF))
        let samples = try FrameDecoder.decode(
            frame.bytes, storedTransferSyntaxUID: source.storedTransferSyntaxUID,
            pixel: try PixelDescription(imageModule(allocated: 16)))
        #expect(samples == content)
    }

    @Test func chromaSubsampledFramesStayAsTheyAre() throws {
        let content: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let source = FrameSource(
            file(imageModule(samples: 3, photometric: "YBR_FULL_422"), native(content), MemoryBytes(content)))
        #expect(source.plan == .keepNative("1.2.840.10008.1.2.1"))
        #expect(try source.frame(0).bytes == content)
    }

    @Test func framesOfOneBitCellsStandAlone() throws {
        let content: [UInt8] = [0b1010_1001, 0b0000_0011]
        let source = FrameSource(
            file(imageModule(rows: 1, columns: 5, allocated: 1, frames: "2"), native(content), MemoryBytes(content)))
        #expect(source.storedTransferSyntaxUID == "1.2.840.10008.1.2.1")
        let frames = try (0..<2).map { try source.frame($0) }
        #expect(frames.map(\.bytes) == [[0b01001], [0b11101]])
        #expect(frames[1].checksums == [ResolutionChecksum(width: 5, height: 1, crc32: Checksum.crc32([0b11101]))])
        #expect(PackedBits.join(frames.map(\.bytes), bitsPerFrame: 5) == content)
    }

    @Test(arguments: [
        (imageModule(frames: "3"), "1.2.840.10008.1.2.1", FrameWarning.Code.frameNumberMismatch),
        (imageModule(rows: 5), "1.2.840.10008.1.2.1", .framesExtractionFailure),
        (imageModule(allocated: 12), "1.2.840.10008.1.2.1", .framesExtractionFailure),
        (DataSet(), "1.2.840.10008.1.2.1", .framesExtractionFailure),
        (imageModule(), "1.2.840.10008.1.2.4.80", .transcodingException),
        (imageModule(), "1.2.3.4", .unsupportedTransferSyntax),
        (DataSet(), "1.2.840.10008.1.2.4.53", .unsupportedTransferSyntax),
        (imageModule(), "1.2.840.10008.1.2.4.50", .framesExtractionFailure),
        (imageModule(), "1.2.840.10008.1.2.4.102", .other),
    ])
    func whateverIsWrongMakesABlobWithAWarning(dataSet: DataSet, uid: String, code: FrameWarning.Code) throws {
        let content: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let source = FrameSource(file(dataSet, native(content), MemoryBytes(content), uid))
        #expect(source.plan == .blob(code))
        #expect(source.warnings.map(\.code) == [code])
        #expect(source.frameCount == 0)
        let whole = try #require(source.whole)
        #expect(try Array(whole.read(at: 0, count: whole.count)) == content)
    }

    @Test func aBlobOfBigEndianCellsIsLittleEndian() throws {
        let content: [UInt8] = [0, 1, 0, 2, 0, 3]
        for dataSet in [imageModule(allocated: 16), DataSet()] {
            let source = FrameSource(
                file(dataSet, native(content, isBigEndian: true), MemoryBytes(content), "1.2.840.10008.1.2.2"))
            #expect(source.storedTransferSyntaxUID == "1.2.840.10008.1.2.1")
            #expect(try Array(#require(source.whole).read(at: 0, count: 6)) == [1, 0, 2, 0, 3, 0])
        }
    }

    @Test func aRepairedTableIsAWarningAndNoBlob() throws {
        let (pixelData, content) = encapsulated([jpeg(1), jpeg(2)], table: [0, 3])
        let source = FrameSource(file(imageModule(frames: "2"), pixelData, content, "1.2.840.10008.1.2.4.50"))
        #expect(source.plan == .keepFrames("1.2.840.10008.1.2.4.50"))
        #expect(source.warnings.map(\.code) == [.invalidOffsetTable])
        #expect(try (0..<2).map { try source.frame($0).bytes } == [jpeg(1), jpeg(2)])
    }

    @Test func aFrameThatIsNoneIsNamed() {
        let (pixelData, content) = encapsulated([[UInt8](repeating: 3, count: 80)])
        let source = FrameSource(file(imageModule(), pixelData, content, "1.2.840.10008.1.2.5"))
        #expect(source.plan == .transcode(to: "1.2.840.10008.1.2.4.202"))
        do throws(FrameError) {
            _ = try source.frame(0)
            Issue.record("a false frame was encoded")
        } catch {
            #expect(error.code == .corruptFrame)
            #expect(FrameSource.failureWarning(error).code == .transcodingException)
        }
        #expect(source.wholeTransferSyntaxUID == "1.2.840.10008.1.2.5")
    }
}
