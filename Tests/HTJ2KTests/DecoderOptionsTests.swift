import HTJ2K
import TestSupport
import Testing

/// Regions, arrangements and widths of samples against the whole image, decoded interleaved.
@Suite struct DecoderOptionsTests {
    /// A decoded image that parts are compared with.
    private struct Whole {
        let codestream: Codestream
        let reducedBy: Int
        let samples: [UInt8]

        init(_ codestream: Codestream, reducedBy: Int) throws {
            self.codestream = codestream
            self.reducedBy = reducedBy
            samples = try codestream.decode(reducedBy: reducedBy)
        }

        /// The samples of a region as `options` arrange them.
        func part(_ region: PixelRegion, _ arrangement: SampleArrangement, bytesPerSample wide: Int) -> [UInt8] {
            let (image, width) = (codestream.image, codestream.size(reducedBy: reducedBy).width)
            func sample(_ x: Int, _ y: Int, _ component: Int) -> [UInt8] {
                let start = ((y * width + x) * image.components + component) * image.bytesPerSample
                let bytes = samples[start..<start + image.bytesPerSample]
                let fill: UInt8 = image.isSigned && bytes.last ?? 0 > 127 ? 255 : 0
                return bytes + [UInt8](repeating: fill, count: wide - image.bytesPerSample)
            }
            let pixels = (region.y..<region.y + region.height).flatMap { y in
                (region.x..<region.x + region.width).map { ($0, y) }
            }
            switch arrangement {
            case .interleaved:
                return pixels.flatMap { x, y in (0..<image.components).flatMap { sample(x, y, $0) } }
            case .planar:
                return (0..<image.components).flatMap { component in
                    pixels.flatMap { x, y in sample(x, y, component) }
                }
            }
        }
    }

    private func expectParts(
        of codestream: Codestream, reducedBy: Int, _ random: inout SeededGenerator,
        _ place: SourceLocation = #_sourceLocation
    ) throws {
        let whole = try Whole(codestream, reducedBy: reducedBy)
        let (width, height) = codestream.size(reducedBy: reducedBy)
        for _ in 0..<3 {
            var options = DecoderOptions()
            options.reducedBy = reducedBy
            let region = PixelRegion(
                x: Int.random(in: 0..<width, using: &random), y: Int.random(in: 0..<height, using: &random), width: 1,
                height: 1)
            var wide = region
            wide.width = Int.random(in: 1...width - region.x, using: &random)
            wide.height = Int.random(in: 1...height - region.y, using: &random)
            options.region = wide
            options.arrangement = SampleArrangement.allCases.randomElement(using: &random) ?? .planar
            let bytes = [1, 2, 4].filter { $0 >= codestream.image.bytesPerSample }.randomElement(using: &random) ?? 4
            options.bytesPerSample = bytes
            #expect(
                try codestream.decode(options) == whole.part(wide, options.arrangement, bytesPerSample: bytes),
                "\(wide) of \(codestream.image) reduced by \(reducedBy)", sourceLocation: place)
        }
    }

    @Test(arguments: 0..<12)
    func regionsOfReversibleImagesEqualTheWhole(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed) + 40)
        let image = SampleImage(
            ImageDescription(
                width: Int.random(in: 1...150, using: &random), height: Int.random(in: 1...120, using: &random),
                components: [1, 3, 2, 4][seed % 4], bitDepth: [8, 12, 16, 30][seed / 4],
                isSigned: Bool.random(using: &random)), .noise, seed: UInt64(seed))
        var options = EncoderOptions()
        options.decompositionLevels = seed % 5
        if seed % 3 == 0 { options.tileSize = (37, 41) }
        let codestream = try Codestream(image.encoded(options))
        for levels in 0...min(codestream.decompositionLevels, 3) {
            let (width, height) = codestream.size(reducedBy: levels)
            guard width > 0, height > 0 else { continue }
            try expectParts(of: codestream, reducedBy: levels, &random)
        }
    }

    @Test func regionOfATileNeedsNoOtherTile() throws {
        let image = SampleImage(
            ImageDescription(width: 100, height: 60, components: 1, bitDepth: 8, isSigned: false), .noise, seed: 6)
        var options = EncoderOptions()
        options.tileSize = (50, 60)
        let bytes = try image.encoded(options)
        let codestream = try Codestream(bytes)
        let parts = try codestream.tileParts()
        #expect(parts.map(\.tile) == [0, 1])
        let half = try Codestream(Array(bytes[..<parts[1].range.lowerBound]))
        var left = DecoderOptions()
        left.region = PixelRegion(x: 3, y: 5, width: 40, height: 50)
        #expect(try half.decode(left) == codestream.decode(left))
        left.region = PixelRegion(x: 3, y: 5, width: 60, height: 50)
        #expect { try half.decode(left) } throws: { ($0 as? CodestreamError)?.code == .truncated }
    }

    @Test func whatTheImageHasNotIsRefused() throws {
        let image = SampleImage(
            ImageDescription(width: 10, height: 8, components: 1, bitDepth: 12, isSigned: false), .noise, seed: 6)
        let codestream = try Codestream(image.encoded())
        var narrow = DecoderOptions()
        narrow.bytesPerSample = 1
        var odd = DecoderOptions()
        odd.bytesPerSample = 3
        var deep = DecoderOptions()
        deep.reducedBy = 1
        var refused = [narrow, odd, deep]
        for (x, y, width, height) in [(0, 0, 11, 8), (1, 0, 10, 8), (0, 0, 0, 8), (-1, 0, 4, 4), (0, 7, 1, 2)] {
            var outside = DecoderOptions()
            outside.region = PixelRegion(x: x, y: y, width: width, height: height)
            refused.append(outside)
        }
        var overflowing = DecoderOptions()
        overflowing.region = PixelRegion(x: 1, y: 1, width: .max, height: .max)
        for options in refused + [overflowing] {
            #expect { try codestream.decode(options) } throws: { ($0 as? CodestreamError)?.code == .invalidArgument }
        }
    }
}
