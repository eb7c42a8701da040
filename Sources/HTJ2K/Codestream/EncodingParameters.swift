/// What the main header of an encoded image says, derived from the image and the options.
struct EncodingParameters {
    let image: ImageDescription
    let usesColourTransform: Bool
    let size: ImageAndTileSize
    let coding: CodingHeader
    let levels: Int
    let quantization: Quantization

    init(_ image: ImageDescription, _ options: EncoderOptions) throws(CodestreamError) {
        guard image.checkedSampleCount != nil else {
            throw CodestreamError(
                .invalidArgument, "the description is not that of an image of 1 to 32 bits")
        }
        var levels = 0
        if let wanted = options.decompositionLevels {
            guard (0...32).contains(wanted) else {
                throw CodestreamError(.invalidArgument, "decomposition levels are 0 to 32")
            }
            levels = wanted
        } else {
            let shorter = min(image.width, image.height)
            while shorter.dividedRoundingUp(by: 1 << levels) > 64 { levels += 1 }
        }
        let usesColourTransform = options.usesColourTransform ?? (image.components == 3)
        guard !usesColourTransform || image.components >= 3 else {
            throw CodestreamError(.invalidArgument, "the colour transform needs three components")
        }
        let tile = options.tileSize ?? (image.width, image.height)
        guard tile.width > 0, tile.height > 0 else {
            throw CodestreamError(.invalidArgument, "tiles have a width and a height")
        }
        self.image = image
        self.levels = levels
        self.usesColourTransform = usesColourTransform
        size = ImageAndTileSize(
            image: Area(x0: 0, y0: 0, x1: image.width, y1: image.height), tileOriginX: 0, tileOriginY: 0,
            tileWidth: min(tile.width, image.width), tileHeight: min(tile.height, image.height),
            components: Array(
                repeating: ImageAndTileSize.Component(
                    bitDepth: image.bitDepth, isSigned: image.isSigned, horizontalSpacing: 1,
                    verticalSpacing: 1),
                count: image.components))

        // TLM has at most 256 segments.
        let (across, down) = (size.tilesAcross, size.tilesDown)
        guard across * down <= 65535,
            across * down * (levels + 1) <= 256 * EncodingParameters.tilePartsOfSegment
        else {
            throw CodestreamError(.invalidArgument, "the image has more tiles than a codestream can list")
        }

        // Exponents are the nominal ranges; two guard bits hold the growth of the 5/3 filters. Exponents have five bits:
        // what the deepest images need beyond them goes to the guard bits.
        let depth = image.bitDepth + (usesColourTransform ? 1 : 0)
        let gains = [0] + Array(repeating: [1, 1, 2], count: levels).joined()
        let excess = max(0, depth + (gains.max() ?? 0) - 31)
        quantization = Quantization(
            style: .none, guardBits: 2 + excess, steps: gains.map { (UInt8(depth + $0 - excess), 0) })

        var coding = CodingHeader(componentCount: image.components)
        coding.tile = TileCodingStyle(
            progression: .rpcl, layers: 1, usesComponentTransform: usesColourTransform,
            endsPacketHeaders: false)
        let style = ComponentCodingStyle(
            decompositionLevels: levels, blockWidthExponent: 6, blockHeightExponent: 6,
            isVerticallyCausal: false,
            isReversible: true, precinctExponents: [])
        for component in 0..<image.components {
            coding.styles[component].style = style
            coding.quantizations[component].quantization = quantization
        }
        self.coding = coding
    }

    /// The most tile-parts that one TLM segment lists.
    static let tilePartsOfSegment = 10921

    /// Tile-parts of all tiles.
    var tilePartCount: Int {
        size.tilesAcross * size.tilesDown * (levels + 1)
    }

    /// Bits of the largest magnitude of any sub-band.
    var magnitudeBits: Int {
        (quantization.steps.map { Int($0.exponent) }.max() ?? 0) + quantization.guardBits - 1
    }
}

extension EncodingParameters {
    /// SOC to TLM, with zeros for the lengths of the tile-parts, which are to be put at `tilePartLengthPlaces`.
    func mainHeader() -> [UInt8] {
        var writer = beginning()
        for segment in 0..<tilePartCount.dividedRoundingUp(by: EncodingParameters.tilePartsOfSegment) {
            let first = segment * EncodingParameters.tilePartsOfSegment
            let parts = first..<min(first + EncodingParameters.tilePartsOfSegment, tilePartCount)
            writer.write16(Int(Marker.tilePartLengths))
            writer.write16(4 + 6 * parts.count)
            // Tile numbers of two bytes, lengths of four (T.800 A.7.1).
            writer.bytes += [UInt8(segment), 0x60]
            for part in parts {
                writer.write16(part % (size.tilesAcross * size.tilesDown))
                writer.write32(0)
            }
        }
        return writer.bytes
    }

    /// Where the main header has the lengths of the tile-parts, in their order.
    var tilePartLengthPlaces: [Int] {
        let start = beginning().bytes.count
        return (0..<tilePartCount).map { part in
            start + part * 6 + (part / EncodingParameters.tilePartsOfSegment + 1) * 6 + 2
        }
    }

    /// SOC to QCD.
    private func beginning() -> MarkerWriter {
        var writer = MarkerWriter()
        writer.write16(Int(Marker.startOfCodestream))

        writer.write16(Int(Marker.imageSize))
        writer.write16(38 + 3 * image.components)
        // High-throughput coding as CAP describes it.
        writer.write16(0x4000)
        for value in [image.width, image.height, 0, 0, size.tileWidth, size.tileHeight, 0, 0] {
            writer.write32(value)
        }
        writer.write16(image.components)
        for _ in 0..<image.components {
            writer.bytes += [UInt8(image.bitDepth - 1) | (image.isSigned ? 0x80 : 0), 1, 1]
        }

        writer.write16(Int(Marker.capabilities))
        writer.write16(8)
        // Part 15, and of it: only high-throughput blocks, one set each, reversible, and MAGB for the largest magnitude.
        writer.write32(1 << 17)
        writer.write16(EncodingParameters.magnitudeBound(magnitudeBits))

        writer.write16(Int(Marker.codingStyleDefault))
        writer.write16(12)
        writer.bytes += [0, ProgressionOrder.rpcl.rawValue, 0, 1, usesColourTransform ? 1 : 0]
        // Levels, 64×64 blocks, high-throughput, 5/3.
        writer.bytes += [UInt8(levels), 4, 4, 0x40, 1]

        writer.write16(Int(Marker.quantizationDefault))
        writer.write16(3 + quantization.steps.count)
        writer.bytes.append(UInt8(quantization.guardBits << 5))
        writer.bytes += quantization.steps.map { $0.exponent << 3 }
        return writer
    }

    /// MAGB of Ccap15 (T.814 A.3.2): the code of the least bound that holds `bits`.
    static func magnitudeBound(_ bits: Int) -> Int {
        switch bits {
        case ...8: 0
        case ...27: bits - 8
        case ...71: 19 + (bits - 27).dividedRoundingUp(by: 4)
        default: 31
        }
    }
}

/// Writes big-endian fields of marker segments.
struct MarkerWriter {
    var bytes: [UInt8] = []

    mutating func write16(_ value: Int) {
        bytes += [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
    }

    mutating func write32(_ value: Int) {
        write16(value >> 16)
        write16(value)
    }
}
