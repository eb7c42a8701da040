import HTJ2K
import TestSupport
import Testing

/// Bytes that are wrong must give an error or an image: never a trap, an over-read or an endless loop.
@Suite struct HostileBytesTests {
    private static let seeds: [[UInt8]] = {
        let descriptions = [
            ImageDescription(width: 21, height: 17, components: 1, bitDepth: 12, isSigned: true),
            ImageDescription(width: 33, height: 9, components: 3, bitDepth: 8, isSigned: false),
            ImageDescription(width: 12, height: 30, components: 2, bitDepth: 31, isSigned: false),
        ]
        var options = EncoderOptions()
        options.decompositionLevels = 2
        return descriptions.compactMap { try? SampleImage($0, .ramp, seed: 1).encoded(options) }
    }()

    /// Reads everything the bytes offer; the limit keeps images that headers inflate small.
    private static func read(_ bytes: [UInt8]) {
        do {
            let codestream = try Codestream(bytes, limits: DecoderLimits(maximumSampleCount: 20_000))
            _ = try? codestream.tileParts()
            _ = try? codestream.byteCount(throughResolution: 1)
            _ = try? codestream.decode(reducedBy: min(1, codestream.decompositionLevels))
            _ = try codestream.decode()
        } catch {
            #expect(error.offset <= bytes.count, "\(error)")
        }
    }

    @Test(arguments: 0..<3)
    func flippedBytesNeverTrap(_ index: Int) {
        var random = SeededGenerator(seed: UInt64(index) + 100)
        for _ in 0..<700 {
            var bytes = HostileBytesTests.seeds[index]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            HostileBytesTests.read(bytes)
        }
    }

    @Test(arguments: 0..<3)
    func flippedHeaderBitsNeverTrap(_ index: Int) {
        var random = SeededGenerator(seed: UInt64(index) + 200)
        for offset in 0..<120 {
            var bytes = HostileBytesTests.seeds[index]
            bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            HostileBytesTests.read(bytes)
        }
    }

    @Test(arguments: 0..<3)
    func cutBytesNeverTrap(_ index: Int) {
        let seed = HostileBytesTests.seeds[index]
        for count in stride(from: 0, to: seed.count, by: 3) {
            HostileBytesTests.read(Array(seed[..<count]))
        }
    }

    @Test func removedAndRepeatedStretchesNeverTrap() {
        var random = SeededGenerator(seed: 300)
        for _ in 0..<300 {
            var bytes = HostileBytesTests.seeds[Int.random(in: 0..<3, using: &random)]
            let start = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, start + Int.random(in: 1...20, using: &random))
            if Bool.random(using: &random) {
                bytes.removeSubrange(start..<end)
            } else {
                bytes.insert(contentsOf: Array(bytes[start..<end]), at: Int.random(in: 0...bytes.count, using: &random))
            }
            HostileBytesTests.read(bytes)
        }
    }

    /// 2³² − 1 tiles across and as many down: their number is more than an Int holds, which once trapped.
    @Test func moreTilesThanAnyNumberCountsAreRefused() {
        var bytes = HostileBytesTests.seeds[0]
        // Xsiz and Ysiz, then XTsiz and YTsiz.
        for offset in [8, 12] { bytes.replaceSubrange(offset..<offset + 4, with: [255, 255, 255, 255]) }
        for offset in [24, 28] { bytes.replaceSubrange(offset..<offset + 4, with: [0, 0, 0, 1]) }
        #expect { try Codestream(bytes) } throws: { ($0 as? CodestreamError)?.code == .malformed }
    }
}
