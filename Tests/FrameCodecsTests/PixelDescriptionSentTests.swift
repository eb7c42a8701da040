import DICOM
import Testing

@testable import FrameCodecs

struct PixelDescriptionSentTests {
    private static let native = "1.2.840.10008.1.2.1"
    private static let lossless = "1.2.840.10008.1.2.4.202"

    @Test func aStoredInstanceIsDescribedAsItWasImported() throws {
        let dataSet = imageModule(rows: 2, columns: 4, samples: 3, photometric: "YBR_FULL_422")
        let subsampled = try PixelDescription(stored: dataSet, storedTransferSyntaxUID: Self.native)
        #expect(subsampled == (try PixelDescription(dataSet, pixelData: FrameCodecsTests.native([1, 2]))))
        #expect(subsampled.isChromaSubsampled)
        #expect(try !PixelDescription(stored: dataSet, storedTransferSyntaxUID: Self.lossless).isChromaSubsampled)

        var float = imageModule(allocated: 32)
        float.remove(.bitsAllocated)
        float.remove(.bitsStored)
        float.remove(.highBit)
        let pixel = try PixelDescription(stored: float, tag: .floatPixelData, storedTransferSyntaxUID: Self.native)
        #expect((pixel.sampleType, pixel.bitsAllocated) == (.floatingPoint, 32))
    }

    @Test(arguments: [
        ("RGB", native, native, "RGB"), ("RGB", native, lossless, "YBR_RCT"), ("RGB", lossless, lossless, "RGB"),
        ("YBR_RCT", lossless, lossless, "YBR_RCT"), ("YBR_RCT", lossless, native, "RGB"),
        ("YBR_RCT", "1.2.840.10008.1.2.4.201", lossless, "YBR_RCT"), ("YBR_FULL", native, lossless, "YBR_FULL"),
        ("YBR_ICT", "1.2.840.10008.1.2.4.203", native, "RGB"),
        ("YBR_ICT", "1.2.840.10008.1.2.4.93", lossless, "YBR_RCT"),
        ("RGB", native, "1.2.840.10008.1.2.4.90", "YBR_RCT"), ("RGB", "1.2.840.10008.1.2.4.70", lossless, "YBR_RCT"),
        ("YBR_FULL_422", native, native, "YBR_FULL_422"),
        ("YBR_FULL_422", "1.2.840.10008.1.2.4.50", native, "YBR_FULL"),
        ("YBR_FULL_422", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.50", "YBR_FULL_422"),
        ("YBR_FULL_422", "1.2.840.10008.1.2.4.51", lossless, "YBR_FULL"),
        ("XYB", "1.2.840.10008.1.2.4.112", native, "RGB"),
        ("YBR_ICT", "1.2.840.10008.1.2.4.203", "1.2.840.10008.1.2.4.203", "YBR_ICT"),
    ])
    func coloursAreNamedAsTheyAreSent(imported: String, source: String, sent: String, expected: String) {
        let pixel = PixelDescription(
            rows: 1, columns: 1, samplesPerPixel: 3, bitsAllocated: 8, photometricInterpretation: imported)
        #expect(pixel.photometricInterpretation(importedIn: source, sentIn: sent) == expected)
    }

    @Test func grayStaysGray() {
        let pixel = PixelDescription(rows: 1, columns: 1, bitsAllocated: 8, photometricInterpretation: "MONOCHROME1")
        #expect(pixel.photometricInterpretation(importedIn: Self.native, sentIn: Self.lossless) == "MONOCHROME1")
    }
}
