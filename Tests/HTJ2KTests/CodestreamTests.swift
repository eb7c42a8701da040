import HTJ2K
import Testing

@Suite struct CodestreamTests {
    private static let image = SampleImage(
        ImageDescription(width: 300, height: 260, components: 1, bitDepth: 12, isSigned: false), .ramp, seed: 11)

    @Test func mainHeaderStatesWhatWeWrite() throws {
        let bytes = try CodestreamTests.image.encoded()
        // SOC, SIZ: Lsiz 41, Rsiz with the high-throughput bit, 300 × 260.
        #expect(bytes[..<16] == [0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0x40, 0, 0, 0, 1, 44, 0, 0, 1, 4])
        // CAP: Part 15; Ccap15 with MAGB for 12 + 2 + 1 bits. COD: RPCL, 1 layer, 3 levels, 64×64, HT, 5/3.
        #expect(bytes[45..<55] == [0xFF, 0x50, 0, 8, 0, 2, 0, 0, 0, 7])
        #expect(bytes[55..<69] == [0xFF, 0x52, 0, 12, 0, 2, 0, 1, 0, 3, 4, 4, 0x40, 1])
        // QCD: two guard bits, exponents 12, 13, 13, 14, ...
        #expect(bytes[69..<78] == [0xFF, 0x5C, 0, 13, 0x40, 12 << 3, 13 << 3, 13 << 3, 14 << 3])
        #expect(bytes.suffix(2) == [0xFF, 0xD9])
        let codestream = try Codestream(bytes)
        #expect(codestream.progression == .rpcl)
        #expect(codestream.isReversible)
        #expect(codestream.listsTilePartLengths)
        #expect(!codestream.usesColourTransform)
    }

    @Test func tilePartsAreOnePerResolutionAndTheirLengthsStandInTLM() throws {
        let bytes = try CodestreamTests.image.encoded()
        let parts = try Codestream(bytes).tileParts()
        #expect(parts.map(\.resolution) == [0, 1, 2, 3])
        #expect(parts.map(\.part) == [0, 1, 2, 3])
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.range.upperBound == $1.range.lowerBound })
        #expect(parts.last?.range.upperBound == bytes.count - 2)
        let marker = try #require((0..<bytes.count - 1).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0x55 })
        let lengths = parts.indices.map { index in
            bytes[(marker + 6 + 6 * index + 2)..<(marker + 6 + 6 * index + 6)].reduce(0) { $0 << 8 | Int($1) }
        }
        #expect(lengths == parts.map(\.range.count))
    }

    @Test func markersAreListedInTheirOrder() throws {
        let bytes = try CodestreamTests.image.encoded()
        let segments = try Codestream(bytes).markerSegments()
        let part = ["SOT", "SOD"]
        #expect(
            segments.map(\.name) == ["SOC", "SIZ", "CAP", "COD", "QCD", "TLM"] + part + part + part + part + ["EOC"])
        #expect(segments[1].range == 2..<45)
        #expect(segments.map(\.tile) == Array(repeating: nil, count: 6) + Array(repeating: 0, count: 8) + [nil])
        #expect(try Codestream(Array(bytes.dropLast(3))).markerSegments().last?.name == "SOD")
    }

    @Test func resolutionsDecodedTogetherEqualThoseDecodedAlone() throws {
        let codestream = try Codestream(CodestreamTests.image.encoded())
        var reductions: [Int] = []
        try codestream.decodeResolutions { levels, width, height, samples in
            reductions.append(levels)
            #expect(codestream.size(reducedBy: levels) == (width, height))
            let alone = try codestream.decode(reducedBy: levels)
            #expect(alone == Array(samples))
        }
        #expect(reductions == [3, 2, 1, 0])
        #expect(codestream.size(reducedBy: 3) == (38, 33))
    }

    @Test func prefixThroughAResolutionDecodesItAndNothingHigher() throws {
        let bytes = try CodestreamTests.image.encoded()
        let whole = try Codestream(bytes)
        for resolution in 0...3 {
            let count = try whole.byteCount(throughResolution: resolution)
            let part = try whole.tileParts()[resolution]
            #expect(count == part.range.upperBound)
            let prefix = try Codestream(Array(bytes[..<count]))
            #expect(try prefix.decode(reducedBy: 3 - resolution) == whole.decode(reducedBy: 3 - resolution))
            #expect(try prefix.byteCount(throughResolution: resolution) == count)
            #expect(try prefix.tileParts().count == resolution + 1)
            guard resolution < 3 else { continue }
            #expect { try prefix.decode(reducedBy: 2 - resolution) } throws: {
                ($0 as? CodestreamError)?.code == .truncated
            }
            let cut = try Codestream(Array(bytes[..<(count - 1)]))
            #expect { try cut.decode(reducedBy: 3 - resolution) } throws: {
                ($0 as? CodestreamError)?.code == .truncated
            }
        }
    }

    @Test func decodingIntoABufferNeedsItsSize() throws {
        let codestream = try Codestream(CodestreamTests.image.encoded())
        var buffer = [UInt8](repeating: 0, count: CodestreamTests.image.samples.count)
        try buffer.withUnsafeMutableBytes { try codestream.decode(DecoderOptions(), into: $0) }
        #expect(buffer == CodestreamTests.image.samples)
        #expect(throws: CodestreamError.self) {
            try buffer.withUnsafeMutableBytes {
                try codestream.decode(DecoderOptions(), into: UnsafeMutableRawBufferPointer(rebasing: $0.dropLast()))
            }
        }
    }

    @Test func partOneCodeBlocksAreRefusedByName() throws {
        var bytes = try CodestreamTests.image.encoded()
        // The code-block style in COD.
        bytes[67] = 0
        #expect { try Codestream(bytes) } throws: {
            ($0 as? CodestreamError)?.code == .notHighThroughput
        }
    }

    @Test(arguments: [[], [0xFF], Array("not an image".utf8), [0xFF, 0x4F, 0xFF, 0x51]])
    func bytesThatAreNoCodestreamAreRefused(_ bytes: [UInt8]) {
        #expect(throws: CodestreamError.self) { try Codestream(bytes) }
    }

    @Test func imagesBeyondTheLimitAreRefusedBeforeMemoryIsTaken() throws {
        var bytes = try CodestreamTests.image.encoded()
        #expect { try Codestream(bytes, limits: DecoderLimits(maximumSampleCount: 77_999)) } throws: {
            ($0 as? CodestreamError)?.code == .tooLarge
        }
        // Xsiz, Ysiz and the tile size become 2³¹.
        for offset in [8, 12, 24, 28] { bytes[offset] = 0x80 }
        #expect { try Codestream(bytes) } throws: { ($0 as? CodestreamError)?.code == .tooLarge }
    }

    @Test func argumentsThatContradictEachOtherAreRefused() throws {
        let bytes = [UInt8](repeating: 255, count: 16)
        func encode(_ image: ImageDescription, _ options: EncoderOptions = EncoderOptions()) throws {
            _ = try bytes.withUnsafeBytes { try HTJ2K.encode($0, image, options: options) }
        }
        var transformed = EncoderOptions()
        transformed.usesColourTransform = true
        var deep = EncoderOptions()
        deep.decompositionLevels = 33
        let fits = ImageDescription(width: 4, height: 4, components: 1, bitDepth: 8, isSigned: false)
        try encode(fits)
        #expect(throws: CodestreamError.self) { try encode(fits, transformed) }
        #expect(throws: CodestreamError.self) { try encode(fits, deep) }
        for (width, height, depth) in [(0, 4, 8), (4, -1, 8), (4, 5, 8), (4, 4, 0), (4, 4, 33), (.max, .max, 8)] {
            let image = ImageDescription(width: width, height: height, components: 1, bitDepth: depth, isSigned: false)
            #expect(throws: CodestreamError.self) { try encode(image) }
        }
    }

    @Test(arguments: [(7, false, 128), (7, true, 64), (12, false, 4096), (12, true, -2049), (12, true, 2048)])
    func samplesBeyondTheBitDepthAreRefused(_ depth: Int, _ isSigned: Bool, _ value: Int) {
        let image = ImageDescription(width: 1, height: 1, components: 1, bitDepth: depth, isSigned: isSigned)
        let bytes = [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        #expect { try bytes.withUnsafeBytes { try HTJ2K.encode($0, image) } } throws: {
            ($0 as? CodestreamError)?.code == .invalidArgument
        }
    }
}
