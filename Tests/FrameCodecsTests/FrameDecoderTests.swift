import DICOM
import Testing

@testable import FrameCodecs

struct FrameDecoderTests {
    @Test func EveryTransferSyntaxIsDecodedOrRefusedByName() {
        let pixel = PixelDescription(rows: 1, columns: 1, bitsAllocated: 8)
        #expect(TransferSyntax.all.count > 50)
        for syntax in TransferSyntax.all {
            do throws(FrameError) {
                _ = try FrameDecoder.decode([7], storedTransferSyntaxUID: syntax.uid, pixel: pixel)
                #expect(syntax.family == .native)
            } catch {
                if FrameDecoder.decodes(syntax.uid) {
                    // One byte is no frame of a compressed syntax.
                    #expect(error.code == .corruptFrame)
                } else {
                    #expect(error.code == .unsupportedTransferSyntax)
                    #expect(error.transferSyntaxUID == syntax.uid)
                    #expect(error.message.contains(syntax.name))
                }
            }
        }
    }

    @Test func whatIsDecodedIsWhatThePlanTranscodes() {
        let pixel = PixelDescription(rows: 1, columns: 1, bitsAllocated: 8)
        for syntax in TransferSyntax.all {
            if case .transcode = StoragePlan.for(transferSyntaxUID: syntax.uid, pixel: pixel) {
                #expect(FrameDecoder.decodes(syntax.uid))
            }
        }
    }

    @Test func privateSyntaxesAreRefused() {
        #expect(throws: FrameError.self) {
            try FrameDecoder.decode(
                [], storedTransferSyntaxUID: "1.2.3", pixel: PixelDescription(rows: 1, columns: 1, bitsAllocated: 8))
        }
    }
}
