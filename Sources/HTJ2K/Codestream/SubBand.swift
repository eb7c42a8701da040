/// Which filters a sub-band went through, horizontally and vertically.
enum Orientation: Int, Sendable {
    case ll, hl, lh, hh

    /// 1 where the sub-band is high-pass in x (xob of T.800 Table B.1).
    var horizontal: Int {
        rawValue & 1
    }

    var vertical: Int {
        rawValue >> 1
    }

    /// log2 of the nominal gain (T.800 Table E.1).
    var gain: Int {
        horizontal + vertical
    }
}

/// One sub-band of a tile-component (T.800 B.5) and where its coefficients lie in the component's buffer.
struct SubBand: Sendable {
    var orientation: Orientation
    var area: Area
    /// Bits of the largest magnitude, Mb (T.800 E-2).
    var magnitudeBits: Int
    /// The quantisation step Δb; 1 where the transform is reversible.
    var step: Float
    /// Index of the first coefficient, and coefficients from a row to the next.
    var offset: Int
    var stride: Int
}

/// One resolution of a tile-component with its precinct partition (T.800 B.5, B.6).
struct Resolution: Sendable {
    var area: Area
    var precinctWidthExponent: Int
    var precinctHeightExponent: Int
    var precinctsAcross: Int
    var precinctsDown: Int
    /// Indices into the component's sub-bands: LL at resolution 0, else HL, LH, HH.
    var bands: Range<Int>

    var precinctCount: Int {
        precinctsAcross * precinctsDown
    }
}

/// A tile-component: its resolutions and sub-bands, without any data.
struct TileComponent: Sendable {
    var area: Area
    var style: ComponentCodingStyle
    var resolutions: [Resolution]
    var bands: [SubBand]
    /// Coefficients of all sub-bands, rows padded.
    var coefficientCount: Int

    var levels: Int {
        style.decompositionLevels
    }
}

extension TileComponent {
    /// Lays out the component of a tile; nil when the quantisation has no step for one of its sub-bands.
    init?(
        tile: Area, component: ImageAndTileSize.Component, style: ComponentCodingStyle,
        quantization: Quantization
    ) {
        area = tile.divided(
            horizontally: component.horizontalSpacing, vertically: component.verticalSpacing)
        self.style = style
        resolutions = []
        bands = []
        coefficientCount = 0
        let levels = style.decompositionLevels
        for resolution in 0...levels {
            let first = bands.count
            let orientations: [Orientation] = resolution == 0 ? [.ll] : [.hl, .lh, .hh]
            for orientation in orientations {
                guard let (exponent, mantissa) = quantization.step(index: bands.count) else { return nil }
                let depth = resolution == 0 ? levels : levels - resolution + 1
                let bandArea = area.band(orientation, depth: depth)
                let range = component.bitDepth + orientation.gain
                let step =
                    Float(1 + Float(mantissa) / 2048)
                    * Float(sign: .plus, exponent: range - exponent, significand: 1)
                let stride = bandArea.isEmpty ? 0 : (bandArea.width + 7) & ~7
                bands.append(
                    SubBand(
                        orientation: orientation, area: bandArea,
                        magnitudeBits: quantization.guardBits + exponent - 1,
                        step: style.isReversible ? 1 : step, offset: coefficientCount, stride: stride))
                coefficientCount += bandArea.isEmpty ? 0 : stride * bandArea.height
            }
            let area = area.reduced(by: levels - resolution)
            let exponents = style.precinctExponents(at: resolution)
            let across =
                (area.x1 + 1 << exponents.width - 1) >> exponents.width - area.x0 >> exponents.width
            let down =
                (area.y1 + 1 << exponents.height - 1) >> exponents.height - area.y0 >> exponents.height
            resolutions.append(
                Resolution(
                    area: area, precinctWidthExponent: exponents.width,
                    precinctHeightExponent: exponents.height,
                    precinctsAcross: area.isEmpty ? 0 : across, precinctsDown: area.isEmpty ? 0 : down,
                    bands: first..<bands.count))
        }
    }

    /// The part of a sub-band that a precinct of its resolution covers (T.800 B.6, B.7).
    func precinctArea(_ precinct: Int, band: Int, resolution index: Int) -> Area {
        let resolution = resolutions[index]
        let halving = index == 0 ? 0 : 1
        let width = resolution.precinctWidthExponent - halving
        let height = resolution.precinctHeightExponent - halving
        let column =
            resolution.area.x0 >> resolution.precinctWidthExponent + precinct % resolution.precinctsAcross
        let row =
            resolution.area.y0 >> resolution.precinctHeightExponent + precinct
            / resolution.precinctsAcross
        return Area(
            x0: column << width, y0: row << height, x1: (column + 1) << width, y1: (row + 1) << height
        )
        .intersection(bands[band].area)
    }

    /// The code-block size exponents in a resolution, limited by its precincts (T.800 B-17, B-18).
    func blockExponents(resolution index: Int) -> (width: Int, height: Int) {
        let halving = index == 0 ? 0 : 1
        return (
            min(style.blockWidthExponent, resolutions[index].precinctWidthExponent - halving),
            min(style.blockHeightExponent, resolutions[index].precinctHeightExponent - halving)
        )
    }
}

extension Area {
    /// The sub-band of this area after `depth` decompositions (T.800 B-15): the last splits what the others leave.
    func band(_ orientation: Orientation, depth: Int) -> Area {
        guard depth > 0 else { return self }
        let (dx, dy) = (orientation.horizontal, orientation.vertical)
        let low = reduced(by: depth - 1)
        return Area(x0: low.x0 - dx, y0: low.y0 - dy, x1: low.x1 - dx, y1: low.y1 - dy).reduced(by: 1)
    }
}
