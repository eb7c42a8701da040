/// The components of a tile and the precincts of its resolutions, in the order of components, resolutions and positions.
struct TileLayout: Sendable {
    var area: Area
    var components: [TileComponent]
    var precincts: [Precinct] = []
    /// By component and resolution: index of the first precinct.
    private var firstPrecincts: [[Int]] = []
}

extension TileLayout {
    init(_ size: ImageAndTileSize, tile: Int, coding: CodingHeader) throws(CodestreamError) {
        area = size.tile(tile)
        components = []
        for (index, component) in size.components.enumerated() {
            guard let style = coding.styles[index].style,
                let quantization = coding.quantizations[index].quantization,
                let layout = TileComponent(
                    tile: area, component: component, style: style, quantization: quantization)
            else {
                throw CodestreamError(.malformed, "the quantisation lacks a sub-band of a component")
            }
            components.append(layout)
        }
    }

    /// The number of precincts of the resolutions that `isWanted(component, resolution)` selects.
    func precinctCount(_ isWanted: (Int, Int) -> Bool) -> Int {
        var count = 0
        for (component, layout) in components.enumerated() {
            for (resolution, geometry) in layout.resolutions.enumerated()
            where isWanted(component, resolution) {
                count += geometry.precinctCount
            }
        }
        return count
    }

    /// Lays out the precincts of the resolutions selected; the caller has bounded their number.
    mutating func addPrecincts(_ size: ImageAndTileSize, _ isWanted: (Int, Int) -> Bool) {
        for (component, layout) in components.enumerated() {
            var firsts: [Int] = []
            for (index, resolution) in layout.resolutions.enumerated() {
                firsts.append(precincts.count)
                guard isWanted(component, index) else { continue }
                let scale = layout.levels - index
                let column0 = resolution.area.x0 >> resolution.precinctWidthExponent
                let row0 = resolution.area.y0 >> resolution.precinctHeightExponent
                for precinct in 0..<resolution.precinctCount {
                    let x =
                        (column0 + precinct % resolution.precinctsAcross) << resolution.precinctWidthExponent
                    let y =
                        (row0 + precinct / resolution.precinctsAcross) << resolution.precinctHeightExponent
                    precincts.append(
                        Precinct(
                            component: component, resolution: index, index: precinct,
                            x: x < resolution.area.x0
                                ? area.x0 : (x << scale) &* size.components[component].horizontalSpacing,
                            y: y < resolution.area.y0
                                ? area.y0 : (y << scale) &* size.components[component].verticalSpacing))
                }
            }
            firsts.append(precincts.count)
            firstPrecincts.append(firsts)
        }
    }

    /// The indices of the precincts of one resolution of one component.
    func precincts(component: Int, resolution: Int) -> Range<Int> {
        firstPrecincts[component][resolution]..<firstPrecincts[component][resolution + 1]
    }

    /// The precincts that a progression covers, in the order in which it visits them first.
    func order(_ volume: ProgressionVolume) -> [Int] {
        let indices = precincts.indices.filter {
            volume.resolutions.contains(precincts[$0].resolution)
                && volume.components.contains(precincts[$0].component)
        }
        /// Sort keys by progression; the precinct's own index keeps raster order.
        func key(_ precinct: Precinct) -> (Int, Int, Int, Int) {
            switch volume.order {
            case .lrcp, .rlcp: (precinct.resolution, precinct.component, 0, 0)
            case .rpcl: (precinct.resolution, precinct.y, precinct.x, precinct.component)
            case .pcrl: (precinct.y, precinct.x, precinct.component, precinct.resolution)
            case .cprl: (precinct.component, precinct.y, precinct.x, precinct.resolution)
            }
        }
        return indices.map { (key(precincts[$0]), $0) }
            .sorted { ($0.0.0, $0.0.1, $0.0.2, $0.0.3, $0.1) < ($1.0.0, $1.0.1, $1.0.2, $1.0.3, $1.1) }
            .map { $0.1 }
    }
}
