/// The order in which packets follow each other (T.800 Table A.16).
public enum ProgressionOrder: UInt8, Sendable, Hashable, CaseIterable {
    /// Layer, resolution, component, position.
    case lrcp
    /// Resolution, layer, component, position.
    case rlcp
    /// Resolution, position, component, layer: what this codec writes.
    case rpcl
    /// Position, component, resolution, layer.
    case pcrl
    /// Component, position, resolution, layer.
    case cprl
}

/// What COD says of all components of a tile (T.800 A.6.1, SGcod).
struct TileCodingStyle: Sendable {
    var progression: ProgressionOrder
    var layers: Int
    var usesComponentTransform: Bool
    /// Whether an EPH marker may follow a packet header.
    var endsPacketHeaders: Bool
}

/// What COD or COC says of one component (T.800 A.6.1, SPcod; T.814 Table A.6 for the block style).
struct ComponentCodingStyle: Sendable {
    var decompositionLevels: Int
    /// Exponents of the nominal code-block size.
    var blockWidthExponent: Int
    var blockHeightExponent: Int
    /// Contexts of the significance propagation pass do not look into the next stripe.
    var isVerticallyCausal: Bool
    var isReversible: Bool
    /// Precinct size exponents by resolution; empty means 15 for all.
    var precinctExponents: [(width: UInt8, height: UInt8)]

    func precinctExponents(at resolution: Int) -> (width: Int, height: Int) {
        guard resolution < precinctExponents.count else { return (15, 15) }
        return (Int(precinctExponents[resolution].width), Int(precinctExponents[resolution].height))
    }
}

extension TileCodingStyle {
    /// Reads COD; the style of all components that have no COC follows from it.
    static func read(
        _ segment: MarkerReader
    ) throws(CodestreamError) -> (tile: TileCodingStyle, component: ComponentCodingStyle) {
        var segment = segment
        let start = segment.position
        let style = try segment.readUInt8()
        let order = try segment.readUInt8()
        let layers = try segment.readUInt16()
        let transform = try segment.readUInt8()
        guard let progression = ProgressionOrder(rawValue: UInt8(order)), layers > 0 else {
            throw CodestreamError(.malformed, at: start, "COD names no progression order or has no layer")
        }
        guard transform <= 1 else {
            throw CodestreamError(.unsupported, at: start, "COD asks for a component transform of Part 2")
        }
        let component = try ComponentCodingStyle(&segment, hasPrecincts: style & 1 != 0)
        return (
            TileCodingStyle(
                progression: progression, layers: layers, usesComponentTransform: transform == 1,
                endsPacketHeaders: style & 4 != 0),
            component
        )
    }
}

extension ComponentCodingStyle {
    /// Reads SPcod or SPcoc.
    init(_ segment: inout MarkerReader, hasPrecincts: Bool) throws(CodestreamError) {
        let start = segment.position
        decompositionLevels = try segment.readUInt8()
        blockWidthExponent = try segment.readUInt8() & 15 + 2
        blockHeightExponent = try segment.readUInt8() & 15 + 2
        let blockStyle = try segment.readUInt8()
        let kernel = try segment.readUInt8()
        guard decompositionLevels <= 32 else {
            throw CodestreamError(
                decompositionLevels & 0x80 != 0 ? .unsupported : .malformed, at: start,
                "the coding style has more than 32 decomposition levels or a style of Part 2")
        }
        guard blockWidthExponent <= 10, blockHeightExponent <= 10,
            blockWidthExponent + blockHeightExponent <= 12
        else {
            throw CodestreamError(.malformed, at: start, "the code-blocks are larger than 4096 samples")
        }
        guard blockStyle & 0x40 != 0 else {
            throw CodestreamError(
                .notHighThroughput, at: start,
                "the code-blocks are those of JPEG 2000 Part 1, not high-throughput")
        }
        guard blockStyle & 0x80 == 0 else {
            throw CodestreamError(
                .unsupported, at: start, "the code-blocks mix Part 1 and high-throughput coding")
        }
        guard kernel <= 1 else {
            throw CodestreamError(.unsupported, at: start, "the wavelet kernel is one of Part 2")
        }
        isVerticallyCausal = blockStyle & 0x08 != 0
        isReversible = kernel == 1
        precinctExponents = []
        guard hasPrecincts else { return }
        for resolution in 0...decompositionLevels {
            let exponents = try segment.readUInt8()
            precinctExponents.append((UInt8(exponents & 15), UInt8(exponents >> 4)))
            guard resolution == 0 || (exponents & 15 > 0 && exponents >> 4 > 0) else {
                throw CodestreamError(
                    .malformed, at: start, "a precinct above resolution 0 is one sample wide or high")
            }
        }
    }
}
