import DICOM
import ForeignCodecs
import Testing

@testable import FrameCodecs

struct StoragePlanTests {
    private static let lossless = "1.2.840.10008.1.2.4.202"
    private static let gray = PixelDescription(rows: 1, columns: 1, bitsAllocated: 16)

    /// spec/50, first table, with our decoders alone.
    @Test(arguments: [
        ("1.2.840.10008.1.2", StoragePlan.transcode(to: lossless)),
        ("1.2.840.10008.1.2.1", .transcode(to: lossless)),
        ("1.2.840.10008.1.2.1.99", .transcode(to: lossless)),
        ("1.2.840.10008.1.2.2", .transcode(to: lossless)),
        ("1.2.840.10008.1.2.5", .transcode(to: lossless)),
        ("1.2.840.10008.1.2.4.201", .transcode(to: lossless)),
        ("1.2.840.10008.1.2.4.202", .transcode(to: lossless)),
        ("1.2.840.10008.1.2.4.203", .keepFrames("1.2.840.10008.1.2.4.203")),
        ("1.2.840.10008.1.2.4.50", .keepFrames("1.2.840.10008.1.2.4.50")),
        ("1.2.840.10008.1.2.4.91", .keepFrames("1.2.840.10008.1.2.4.91")),
        ("1.2.840.10008.1.2.4.110", .keepFrames("1.2.840.10008.1.2.4.110")),
        ("1.2.840.10008.1.2.4.111", .keepFrames("1.2.840.10008.1.2.4.111")),
        ("1.2.840.10008.1.2.4.112", .keepFrames("1.2.840.10008.1.2.4.112")),
        ("1.2.840.10008.1.2.4.100", .keepVideo("1.2.840.10008.1.2.4.100")),
        ("1.2.840.10008.1.2.4.101.1", .keepVideo("1.2.840.10008.1.2.4.101.1")),
        ("1.2.840.10008.1.2.4.106.1", .keepVideo("1.2.840.10008.1.2.4.106.1")),
        ("1.2.840.10008.1.2.4.108", .keepVideo("1.2.840.10008.1.2.4.108")),
        ("1.2.840.10008.1.2.4.51", .blob(.transcodingException)),
        ("1.2.840.10008.1.2.4.57", .blob(.transcodingException)),
        ("1.2.840.10008.1.2.4.70", .blob(.transcodingException)),
        ("1.2.840.10008.1.2.4.80", .blob(.transcodingException)),
        ("1.2.840.10008.1.2.4.81", .blob(.transcodingException)),
        ("1.2.840.10008.1.2.4.90", .blob(.transcodingException)),
        ("1.2.840.10008.1.2.4.92", .blob(.transcodingException)),
        ("1.2.840.10008.1.2.4.93", .blob(.transcodingException)),
        ("1.2.840.10008.1.2.4.53", .blob(.unsupportedTransferSyntax)),
        ("1.2.840.10008.1.2.4.94", .blob(.unsupportedTransferSyntax)),
        ("1.2.840.10008.1.2.8.1", .blob(.unsupportedTransferSyntax)),
        ("1.2.3.4", .blob(.unsupportedTransferSyntax)),
        ("", .blob(.unsupportedTransferSyntax)),
    ])
    func everyRowOfTheTable(uid: String, plan: StoragePlan) {
        #expect(StoragePlan.for(transferSyntaxUID: uid, pixel: Self.gray) == plan)
    }

    /// spec/50, first table: what the libraries add.
    @Test(arguments: [
        "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80",
        "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.93",
    ])
    func librariesMakeMoreOfTheTable(uid: String) {
        func plan(_ format: StoragePlan.LosslessFormat) -> StoragePlan {
            StoragePlan.for(transferSyntaxUID: uid, pixel: Self.gray, format: format, foreign: ForeignLibraries())
        }
        #expect(plan(.htj2k) == .transcode(to: Self.lossless))
        #expect(plan(.jpeg2000) == .transcode(to: "1.2.840.10008.1.2.4.90"))
    }

    @Test(arguments: [
        "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203", "1.2.840.10008.1.2.4.110",
        "1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112",
    ])
    func whatIsKeptIsKeptAllTheSame(uid: String) {
        for format in [StoragePlan.LosslessFormat.htj2k, .jpeg2000] {
            let plan = StoragePlan.for(
                transferSyntaxUID: uid, pixel: Self.gray, format: format, foreign: ForeignLibraries())
            #expect(plan == .keepFrames(uid))
        }
    }

    @Test(arguments: [
        PixelDescription(rows: 1, columns: 1, bitsAllocated: 1),
        PixelDescription(rows: 1, columns: 1, bitsAllocated: 32, sampleType: .floatingPoint),
        PixelDescription(rows: 1, columns: 1, bitsAllocated: 64, sampleType: .floatingPoint),
        PixelDescription(rows: 1, columns: 1, bitsAllocated: 64),
        PixelDescription(rows: 1, columns: 2, samplesPerPixel: 3, bitsAllocated: 8, isChromaSubsampled: true),
    ])
    func cellsThatNoImageCodecHoldsStayNative(pixel: PixelDescription) {
        for uid in ["1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.5"] {
            #expect(StoragePlan.for(transferSyntaxUID: uid, pixel: pixel) == .keepNative("1.2.840.10008.1.2.1"))
        }
    }

    @Test func aJPEG2000StoreKeepsJPEG2000Lossless() {
        func plan(_ uid: String) -> StoragePlan {
            StoragePlan.for(transferSyntaxUID: uid, pixel: Self.gray, format: .jpeg2000)
        }
        #expect(plan("1.2.840.10008.1.2.4.90") == .keepFrames("1.2.840.10008.1.2.4.90"))
        #expect(plan("1.2.840.10008.1.2.1") == .transcode(to: "1.2.840.10008.1.2.4.90"))
        #expect(plan(Self.lossless) == .transcode(to: "1.2.840.10008.1.2.4.90"))
    }

    @Test(arguments: [
        (StoragePlan.noPixels, "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.1"),
        (.transcode(to: lossless), "1.2.840.10008.1.2", lossless),
        (.blob(.other), "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1"),
        (.blob(.unsupportedTransferSyntax), "1.2.3", "1.2.3"),
    ])
    func whatIsStoredHasATransferSyntax(plan: StoragePlan, source: String, stored: String) {
        #expect(plan.storedTransferSyntaxUID(from: source) == stored)
    }
}
