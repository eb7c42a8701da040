import Foundation
import HTJ2K
import TestSupport
import Testing

/// Codestreams of other encoders, decoded and compared with what OpenJPH and OpenJPEG agree on.
@Suite(.enabled(if: TestCorpus.isPresent))
struct CorpusTests {
    /// Files whose decoding is exact, with their hashes from the corpus' manifests; in debug builds the small ones.
    private static let lossless: [(file: String, hash: String)] = {
        var files: [(String, String)] = []
        for row in TestCorpus.manifest(of: "htj2k/codestreams") where row["decoded"] == "ok" {
            guard let file = row["file"], let hash = row["decoded_sha256"] else { continue }
            guard file.contains("rev53") || file.hasPrefix("htj2k-wg04") else { continue }
            files.append(("htj2k/codestreams/" + file, hash))
        }
        for row in TestCorpus.manifest(of: "dicom") {
            guard let file = row["file"], let hash = row["pixel_sha256"] else { continue }
            guard file.hasPrefix("htj2k-lossless") || file.hasPrefix("htj2k-rpcl") else { continue }
            files.append(("dicom/" + file, hash))
        }
        #if DEBUG
        let large = ["4x4", "32x32", "x1024", "1024x", "_64x64.j2c"]
        files.removeAll { file in large.contains { file.0.contains($0) } }
        #endif
        return files
    }()

    /// The codestream in a file: all of it, or from the SOC marker that opens the first fragment of a DICOM file.
    private static func codestream(_ path: String) throws -> [UInt8] {
        let data = try Data(contentsOf: try #require(TestCorpus.url(path)))
        guard path.hasPrefix("dicom/") else { return Array(data) }
        let start = try #require(data.firstRange(of: Data([0xFF, 0x4F, 0xFF, 0x51]))).lowerBound
        return Array(data[start...])
    }

    @Test(arguments: lossless.map(\.file))
    func losslessFilesDecodeToTheirHash(_ file: String) throws {
        let hash = try #require(CorpusTests.lossless.first { $0.file == file }?.hash)
        let samples = try Codestream(CorpusTests.codestream(file)).decode()
        #expect(SHA256.hexadecimal(samples) == hash)
    }

    @Test func losslessFilesAreThere() {
        #expect(CorpusTests.lossless.count >= 18)
    }

    /// 9/7 with ICT, with and without refinement passes, against the lossless coding of the same picture.
    @Test(arguments: [
        ("simple_dec_irv97_64x64_16bit.jph", "simple_dec_rev53_64x64_16bit.jph", 40.0),
        ("simple_enc_irv97_64x64_16bit.j2c", "simple_dec_rev53_64x64_16bit.jph", 40.0),
        ("simple_dec_irv97_64x64_gray_tiles.jph", "simple_dec_rev53_64x64_gray_tiles.jph", 30.0),
        ("simple_dec_irv97_64x64_tiles_yuv.jph", "simple_dec_rev53_64x64_yuv.jph", 25.0),
        ("simple_enc_irv97_64x64_yuv.j2c", "simple_dec_rev53_64x64_yuv.jph", 25.0),
    ])
    func irreversibleFilesComeCloseToTheirOriginal(_ file: String, _ original: String, _ decibels: Double) throws {
        let folder = "htj2k/codestreams/htj2k/"
        let codestream = try Codestream(CorpusTests.codestream(folder + file))
        let exact = try Codestream(CorpusTests.codestream(folder + original))
        #expect(!codestream.isReversible)
        #expect(exact.isReversible)
        #expect(codestream.image == exact.image)
        let (samples, wanted) = try (codestream.decode(), exact.decode())
        var squares = 0.0
        let size = exact.image.bytesPerSample
        for index in stride(from: 0, to: samples.count, by: size) {
            let difference = (0..<size).reduce(0) {
                $0 + (Int(samples[index + $1]) - Int(wanted[index + $1])) << (8 * $1)
            }
            squares += Double(difference * difference)
        }
        let peak = Double(1 << exact.image.bitDepth - 1)
        let ratio = 10 * log10(peak * peak * Double(samples.count / size) / max(squares, 1))
        #expect(ratio > decibels, "\(ratio) dB")
    }

    @Test func extensionsOfPartTwoAreRefusedByName() throws {
        let bytes = try CorpusTests.codestream("htj2k/codestreams/htj2k/simple_dec_irv53_bhvhb_low_latency.jph")
        #expect { try Codestream(bytes) } throws: { ($0 as? CodestreamError)?.code == .unsupported }
    }
}
