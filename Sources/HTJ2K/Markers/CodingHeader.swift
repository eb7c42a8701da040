/// The coding parameters in force for a tile: those of the main header, overridden by the tile's own (T.800 A.6).
struct CodingHeader: Sendable {
    var tile: TileCodingStyle?
    /// By component; `isOwn` marks those that a COC or QCC of the same header has set.
    var styles: [(style: ComponentCodingStyle?, isOwn: Bool)]
    var quantizations: [(quantization: Quantization?, isOwn: Bool)]
    var progressionVolumes: [ProgressionVolume] = []

    init(componentCount: Int) {
        styles = Array(repeating: (nil, false), count: componentCount)
        quantizations = Array(repeating: (nil, false), count: componentCount)
    }

    /// The same parameters as the base of a tile's own header.
    func inherited() -> CodingHeader {
        var copy = self
        for index in styles.indices {
            copy.styles[index].isOwn = false
            copy.quantizations[index].isOwn = false
        }
        return copy
    }

    /// Takes a marker segment that both headers may hold; false when the marker is none of these.
    mutating func read(_ marker: UInt16, _ segment: MarkerReader) throws(CodestreamError) -> Bool {
        var segment = segment
        switch marker {
        case Marker.codingStyleDefault:
            let (tile, component) = try TileCodingStyle.read(segment)
            self.tile = tile
            for index in styles.indices where !styles[index].isOwn {
                styles[index].style = component
            }
        case Marker.codingStyleComponent:
            let component = try readComponent(&segment)
            let style = try segment.readUInt8()
            styles[component] = (try ComponentCodingStyle(&segment, hasPrecincts: style & 1 != 0), true)
        case Marker.quantizationDefault:
            let quantization = try Quantization(&segment)
            for index in quantizations.indices where !quantizations[index].isOwn {
                quantizations[index].quantization = quantization
            }
        case Marker.quantizationComponent:
            let component = try readComponent(&segment)
            quantizations[component] = (try Quantization(&segment), true)
        case Marker.progressionOrderChange:
            progressionVolumes += try ProgressionVolume.read(segment, componentCount: styles.count)
            guard progressionVolumes.count <= ProgressionVolume.maximumCount else {
                throw CodestreamError(
                    .unsupported, at: segment.position, "there are too many progression order changes")
            }
        case Marker.regionOfInterest:
            throw CodestreamError(
                .unsupported, at: segment.position, "regions of interest (RGN) are not read")
        default:
            if let refusal = Marker.refusalOfPartTwo(marker) {
                throw CodestreamError(.unsupported, at: segment.position, refusal)
            }
            return false
        }
        return true
    }

    private func readComponent(_ segment: inout MarkerReader) throws(CodestreamError) -> Int {
        let start = segment.position
        let component = styles.count > 256 ? try segment.readUInt16() : try segment.readUInt8()
        guard component < styles.count else {
            throw CodestreamError(
                .malformed, at: start, "a marker names a component that the image does not have")
        }
        return component
    }
}
