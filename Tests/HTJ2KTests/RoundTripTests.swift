import HTJ2K
import TestSupport
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: SampleImage.Content.allCases)
    func imagesOfAnySizeDepthSignAndComponentsComeBackExactly(_ content: SampleImage.Content) throws {
        var random = SeededGenerator(seed: 7)
        for seed in 0..<25 as Range<UInt64> {
            let image = SampleImage(
                ImageDescription(
                    width: Int.random(in: 1...90, using: &random), height: Int.random(in: 1...70, using: &random),
                    components: [1, 1, 3, 2, 4, 5][Int.random(in: 0..<6, using: &random)],
                    bitDepth: Int.random(in: 1...32, using: &random), isSigned: Bool.random(using: &random)),
                content, seed: seed)
            var options = EncoderOptions()
            if Bool.random(using: &random) { options.decompositionLevels = Int.random(in: 0...7, using: &random) }
            if Bool.random(using: &random) { options.usesColourTransform = image.description.components >= 3 }
            let codestream = try Codestream(image.encoded(options))
            #expect(codestream.image == image.description)
            #expect(try codestream.decode() == image.samples, "\(image.description) \(options)")
        }
    }

    @Test(arguments: [(1, 1), (1, 200), (200, 1), (64, 64), (65, 129), (2, 2)])
    func edgeSizesComeBackExactly(_ width: Int, _ height: Int) throws {
        for levels in [0, 1, 3, 10, 32] {
            var options = EncoderOptions()
            options.decompositionLevels = levels
            let image = SampleImage(
                ImageDescription(width: width, height: height, components: 1, bitDepth: 12, isSigned: true), .noise,
                seed: 3)
            #expect(try Codestream(image.encoded(options)).decode() == image.samples)
        }
    }

    @Test(arguments: [(512, 512, 3), (64, 64, 0), (65, 64, 0), (65, 65, 1), (2000, 100, 1), (129, 400, 2), (1, 1, 0)])
    func levelsBringTheShorterSideTo64(_ width: Int, _ height: Int, _ levels: Int) throws {
        let image = SampleImage(
            ImageDescription(width: width, height: height, components: 1, bitDepth: 8, isSigned: false), .constant,
            seed: 1)
        #expect(try Codestream(image.encoded()).decompositionLevels == levels)
    }

    @Test(arguments: [(64, 64), (50, 33), (200, 1), (1, 7), (1000, 1000)])
    func tilesOfAnySizeComeBackExactly(_ width: Int, _ height: Int) throws {
        for (components, levels) in [(1, nil), (3, 2), (2, 0), (4, 6)] as [(Int, Int?)] {
            var options = EncoderOptions()
            options.tileSize = (width, height)
            options.decompositionLevels = levels
            let image = SampleImage(
                ImageDescription(width: 150, height: 97, components: components, bitDepth: 10, isSigned: true),
                .noise, seed: 12)
            let bytes = try image.encoded(options)
            let codestream = try Codestream(bytes)
            #expect(codestream.tileGrid == (max(1, (149 + width) / width), max(1, (96 + height) / height)))
            #expect(try codestream.decode() == image.samples)
            // Tile-parts go by resolution, so a prefix holds a lower resolution of all tiles.
            let parts = try codestream.tileParts()
            #expect(parts.map(\.part) == parts.map(\.part).sorted())
            let prefix = try codestream.byteCount(throughResolution: 0)
            let lowest = codestream.decompositionLevels
            #expect(
                try Codestream(Array(bytes[..<prefix])).decode(reducedBy: lowest)
                    == codestream.decode(reducedBy: lowest))
        }
    }

    @Test func moreTilePartsThanOneSegmentHoldsAreListedInSeveral() throws {
        let image = SampleImage(
            ImageDescription(width: 200, height: 100, components: 1, bitDepth: 4, isSigned: false), .ramp, seed: 13)
        var options = EncoderOptions()
        options.tileSize = (1, 1)
        options.decompositionLevels = 0
        let codestream = try Codestream(image.encoded(options))
        let segments = try codestream.markerSegments().filter { $0.name == "TLM" }
        #expect(segments.map(\.range.count) == [6 + 6 * 10921, 6 + 6 * (20000 - 10921)])
        #expect(try codestream.decode() == image.samples)
        options.decompositionLevels = 32
        options.tileSize = (0, 1)
        #expect(throws: CodestreamError.self) { try image.encoded(options) }
    }

    @Test func unalignedSamplesAreRead() throws {
        let image = SampleImage(
            ImageDescription(width: 20, height: 20, components: 1, bitDepth: 16, isSigned: true), .noise, seed: 5)
        let shifted = [0] + image.samples
        let bytes = try shifted.withUnsafeBytes {
            try HTJ2K.encode(UnsafeRawBufferPointer(rebasing: $0[1...]), image.description)
        }
        #expect(try Codestream(bytes).decode() == image.samples)
    }

    @Test func wideImagesHavePrecinctsInOnePartOfEachResolution() throws {
        // More than one precinct of 32768 columns.
        let image = SampleImage(
            ImageDescription(width: 40000, height: 3, components: 1, bitDepth: 8, isSigned: false), .sparse, seed: 2)
        var options = EncoderOptions()
        options.decompositionLevels = 1
        let codestream = try Codestream(image.encoded(options))
        #expect(try codestream.decode() == image.samples)
        #expect(try codestream.tileParts().map(\.resolution) == [0, 1])
    }
}
