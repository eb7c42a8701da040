import DICOM
import Testing

@testable import FrameCodecs

struct VideoStreamTests {
    private static let syntaxes: [TransferSyntax.Family: String] = [
        .mpeg2: "1.2.840.10008.1.2.4.100", .h264: "1.2.840.10008.1.2.4.102", .hevc: "1.2.840.10008.1.2.4.107",
    ]

    /// The family that `bytes` are taken for, asked in the name of every family.
    private func family(_ bytes: [UInt8]) -> TransferSyntax.Family? {
        let (pixelData, content) = encapsulated([bytes])
        let found = Self.syntaxes.filter {
            VideoStream.isVideo(PixelDataBytes(pixelData, of: content), of: $0.value)
        }
        return found.count == 1 ? found.first?.key : nil
    }

    @Test(
        arguments: [
            ([0, 0, 1, 0xB3, 0x16, 0x01], TransferSyntax.Family.mpeg2),
            ([0, 0, 1, 0xBA, 0x44, 0, 0, 1, 0xE0, 0, 0, 0, 0, 1, 0xB3, 0x16], .mpeg2),
            ([0, 0, 0, 1, 0x67, 0x64, 0], .h264), ([0, 0, 0, 1, 0x09, 0x10, 0, 0, 1, 0x27, 0x64], .h264),
            ([0, 0, 0, 1, 0x40, 0x01, 0x0C], .hevc), ([0, 0, 0, 1, 0x46, 0x01, 0x10, 0, 0, 1, 0x42, 0x01], .hevc),
        ] as [([UInt8], TransferSyntax.Family)])
    func bareStreamsAreKnownByTheirHeaders(bytes: [UInt8], expected: TransferSyntax.Family) {
        #expect(family(bytes) == expected)
    }

    @Test(arguments: [("avc1", TransferSyntax.Family.h264), ("hvc1", .hevc), ("hev1", .hevc), ("mp4v", .mpeg2)])
    func mp4NamesItsCodecs(code: String, expected: TransferSyntax.Family) {
        func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
            [0, 0, 0, UInt8(8 + content.count)] + Array(type.utf8) + content
        }
        let entry = box("stsd", [0, 0, 0, 0, 0, 0, 0, 1] + box(code, [0, 0, 0, 0]))
        #expect(
            family(box("ftyp", Array("isom".utf8)) + box("mdat", [1, 2, 3]) + box("moov", box("trak", entry)))
                == expected)
    }

    @Test(
        arguments: [(0x02, TransferSyntax.Family.mpeg2), (0x1B, .h264), (0x24, .hevc)]
            as [(UInt8, TransferSyntax.Family)])
    func transportStreamsNameTheirCodecs(type: UInt8, expected: TransferSyntax.Family) {
        func packet(_ pid: UInt8, _ section: [UInt8]) -> [UInt8] {
            let head: [UInt8] = [0x47, 0x40, pid, 0x10, 0]
            return head + section + [UInt8](repeating: 0xFF, count: 188 - 5 - section.count)
        }
        // Program association: program 1 at PID 0x20. Program map: one stream of the type.
        let association: [UInt8] = [0, 0xB0, 13, 0, 1, 0xC1, 0, 0, 0, 1, 0xE0, 0x20, 0, 0, 0, 0]
        let map: [UInt8] = [2, 0xB0, 18, 0, 1, 0xC1, 0, 0, 0xE1, 0, 0xF0, 0, type, 0xE1, 0, 0xF0, 0, 0, 0, 0, 0]
        let packets = [packet(0, association), packet(0x20, map), packet(0x30, [])]
        #expect(family(packets.flatMap { $0 }) == expected)
        #expect(family(packets.flatMap { [0, 0, 0, 0] + $0 }) == expected)
    }

    @Test(
        arguments: [[], [0x47], [0, 0, 1], [0, 0, 0, 0x18, 0x66, 0x74, 0x79, 0x70], [1, 2, 3, 4, 5, 6, 7, 8]]
            as [[UInt8]])
    func otherBytesAreNoVideo(bytes: [UInt8]) {
        #expect(family(bytes) == nil)
    }
}
