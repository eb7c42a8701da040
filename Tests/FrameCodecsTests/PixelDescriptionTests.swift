import DICOM
import Testing

@testable import FrameCodecs

struct PixelDescriptionTests {
    @Test func describesTheModule() throws {
        let pixel = try PixelDescription(
            imageModule(
                rows: 3, columns: 5, samples: 3, allocated: 16, stored: 12, representation: 1, planar: 1,
                photometric: "RGB", frames: "7 "))
        #expect(
            pixel
                == PixelDescription(
                    rows: 3, columns: 5, samplesPerPixel: 3, bitsAllocated: 16, bitsStored: 12, highBit: 11,
                    sampleType: .signed, planarConfiguration: 1, photometricInterpretation: "RGB", numberOfFrames: 7))
        #expect(pixel.frameByteCount == 90)
    }

    @Test func rowsAndColumnsMayBeOfOtherNumberTypes() throws {
        var dataSet = imageModule()
        dataSet.set(DataElement(.rows, .UL, integers: [70_000]))
        dataSet.set(DataElement(.columns, .IS, "3"))
        let pixel = try PixelDescription(dataSet)
        #expect((pixel.rows, pixel.columns) == (70_000, 3))
    }

    @Test(
        arguments: [
            (nil, 1), ("", 1), ("  ", 1), ("5", 5), ("5.0", 5), ("1A", nil), ("0", nil), ("-3", nil),
            ("2147483648", nil),
            ("9999999999999999999999", nil),
        ] as [(String?, Int?)])
    func numberOfFramesIsANumberOrUnknown(text: String?, expected: Int?) throws {
        #expect(try PixelDescription(imageModule(frames: text)).numberOfFrames == expected)
    }

    @Test(arguments: [1, 8, 16, 32, 64])
    func cellsOfTheseWidthsAreTaken(width: Int) throws {
        #expect(try PixelDescription(imageModule(allocated: width)).bitsAllocated == width)
    }

    @Test(arguments: [0, 2, 4, 12, 24, 65, 65535])
    func cellsOfOtherWidthsAreRefused(width: Int) {
        #expect(failure(imageModule(allocated: width, stored: 1))?.tag == .bitsAllocated)
    }

    @Test(arguments: [
        (DICOM.Tag.rows, [0]), (.columns, [0]), (.samplesPerPixel, [0]), (.samplesPerPixel, [5]),
    ])
    func numbersOutOfRangeAreRefusedByTag(tag: DICOM.Tag, value: [Int]) {
        var dataSet = imageModule()
        dataSet.set(DataElement(tag, .US, integers: value))
        #expect(failure(dataSet)?.code == .invalidAttribute)
        #expect(failure(dataSet)?.tag == tag)
    }

    @Test(arguments: [
        (DICOM.Tag.bitsStored, [0], 12, 11), (.bitsStored, [17], 12, 11), (.highBit, [16], 12, 11),
        (.highBit, [10], 12, 11), (.bitsStored, [16], 16, 11), (.pixelRepresentation, [2], 12, 11),
    ])
    func contradictionsLeaveTheWholeCell(tag: DICOM.Tag, value: [Int], stored: Int, highBit: Int) throws {
        var dataSet = imageModule(allocated: 16, stored: stored, highBit: highBit, representation: 1)
        dataSet.set(DataElement(tag, .US, integers: value))
        let pixel = try PixelDescription(dataSet)
        #expect(pixel.contradictions == [tag == .bitsStored && value == [16] ? .highBit : tag])
        let isSignOnly = tag == .pixelRepresentation
        #expect(pixel.bitsStored == (isSignOnly ? 12 : 16))
        #expect(pixel.highBit == (isSignOnly ? 11 : 15))
        #expect(pixel.sampleType == (isSignOnly ? .unsigned : .signed))
    }

    @Test(arguments: [DICOM.Tag.rows, .columns, .bitsAllocated])
    func attributesWithoutWhichNothingCanBeReadAreMissed(tag: DICOM.Tag) {
        var dataSet = imageModule()
        dataSet.remove(tag)
        #expect(failure(dataSet)?.code == .missingAttribute)
        #expect(failure(dataSet)?.tag == tag)
    }

    @Test func attributesThatFloatPixelDataLackHaveDefaults() throws {
        var dataSet = imageModule(rows: 2, columns: 3, allocated: 32)
        for tag in [DICOM.Tag.bitsAllocated, .bitsStored, .highBit, .pixelRepresentation, .samplesPerPixel] {
            dataSet.remove(tag)
        }
        let float = try PixelDescription(dataSet, pixelData: native([], vr: .OF, tag: .floatPixelData))
        #expect((float.sampleType, float.bitsAllocated, float.frameByteCount) == (.floatingPoint, 32, 24))
        let double = try PixelDescription(dataSet, pixelData: native([], vr: .OD, tag: .doubleFloatPixelData))
        #expect((double.sampleType, double.bitsAllocated, double.frameByteCount) == (.floatingPoint, 64, 48))
    }

    @Test func aFrameOfOneBitCellsIsRoundedUpToBytes() throws {
        let pixel = try PixelDescription(imageModule(rows: 3, columns: 3, allocated: 1))
        #expect((pixel.frameBitCount, pixel.frameByteCount) == (9, 2))
    }

    @Test(arguments: [(65535, 65535, 4, 64), (2_147_483_647, 2_147_483_647, 4, 64), (32768, 32769, 1, 8)])
    func hugeFramesAreRefusedWithoutOverflow(rows: Int, columns: Int, samples: Int, allocated: Int) {
        var dataSet = imageModule(samples: samples, allocated: allocated)
        dataSet.set(DataElement(.rows, .UL, integers: [rows]))
        dataSet.set(DataElement(.columns, .UL, integers: [columns]))
        #expect(failure(dataSet)?.code == .tooLarge)
    }

    @Test(arguments: [(16, true), (24, false), (25, false)])
    func chromaIsSubsampledOnlyWhereTheLengthSaysSo(length: Int, isSubsampled: Bool) throws {
        let pixel = try PixelDescription(
            imageModule(rows: 2, columns: 4, samples: 3, photometric: "YBR_FULL_422"),
            pixelData: native([UInt8](repeating: 0, count: length)))
        #expect(pixel.isChromaSubsampled == isSubsampled)
        #expect(pixel.frameByteCount == (isSubsampled ? 16 : 24))
    }

    private func failure(_ dataSet: DataSet) -> FrameError? {
        do throws(FrameError) {
            _ = try PixelDescription(dataSet)
            return nil
        } catch {
            return error
        }
    }
}
