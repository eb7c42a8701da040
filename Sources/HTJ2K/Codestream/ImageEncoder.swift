/// Encodes an image: main header, then the tile-parts of all tiles, resolution by resolution.
struct ImageEncoder<Word: CodingWord> {
    private let parameters: EncodingParameters
    private let coder: BlockEncoder<Word>
    private let workers: Workers

    init(_ parameters: EncodingParameters, _ workers: Workers) {
        self.parameters = parameters
        self.workers = workers
        coder = BlockEncoder(workers)
    }

    /// Encodes the samples at `base`, as many as the image has.
    func encode(_ base: UnsafeRawPointer) throws(CodestreamError) -> [UInt8] {
        var tiles: [[[UInt8]]] = []
        for tile in 0..<parameters.size.tilesAcross * parameters.size.tilesDown {
            tiles.append(try encode(tile: tile, base))
        }
        var bytes = parameters.mainHeader()
        let lengthPlaces = parameters.tilePartLengthPlaces
        bytes.reserveCapacity(bytes.count + tiles.joined().reduce(0) { $0 + $1.count + 14 } + 2)
        for resolution in 0...parameters.levels {
            for (tile, packets) in tiles.enumerated() {
                let length = packets[resolution].count + 14
                guard length <= Int(UInt32.max) else {
                    throw CodestreamError(
                        .tooLarge, "a resolution has more bytes than its tile-part can hold")
                }
                var header = MarkerWriter()
                header.write16(Int(Marker.startOfTilePart))
                header.write16(10)
                header.write16(tile)
                header.write32(length)
                header.bytes += [UInt8(resolution), UInt8(parameters.levels + 1)]
                header.write16(Int(Marker.startOfData))
                bytes += header.bytes
                bytes += packets[resolution]
                let place = lengthPlaces[resolution * tiles.count + tile]
                for (index, shift) in [24, 16, 8, 0].enumerated() {
                    bytes[place + index] = UInt8(truncatingIfNeeded: length >> shift)
                }
            }
        }
        bytes += [0xFF, 0xD9]
        return bytes
    }

    /// The packets of one tile, by resolution.
    private func encode(tile: Int, _ base: UnsafeRawPointer) throws(CodestreamError) -> [[UInt8]] {
        var layout = try TileLayout(parameters.size, tile: tile, coding: parameters.coding)
        let components = layout.components
        let count = max(components[0].coefficientCount, 1)
        let coefficients = UnsafeMutablePointer<Word.Coefficient>.allocate(
            capacity: count * components.count)
        defer { coefficients.deallocate() }
        let transform = TileTransform<Word.Coefficient>(
            parameters, components[0], coefficients, countOfComponent: count, workers)
        guard transform.run(base, tile: layout.area) else {
            throw CodestreamError(.invalidArgument, "a sample exceeds the bit depth")
        }

        layout.addPrecincts(parameters.size) { _, _ in true }
        let order = layout.order(
            ProgressionVolume(order: .rpcl, resolutions: 0..<33, components: 0..<16384, layers: 1))
        var precincts = TilePrecincts()
        for index in order {
            precincts.append(layout.precincts[index], of: components[layout.precincts[index].component])
        }
        coder.encode(&precincts, components, coefficients, countOfComponent: count)
        var resolutions: [[UInt8]] = []
        var packet = PacketWriter()
        var next = 0
        for resolution in 0...parameters.levels {
            var bytes: [UInt8] = []
            let end =
                order[next...].firstIndex { layout.precincts[$0].resolution != resolution } ?? order.count
            bytes.reserveCapacity(precincts.byteCount(next..<end) + (end - next) * 64)
            for index in next..<end {
                packet.write(index, of: &precincts, components, coder, to: &bytes)
            }
            next = end
            resolutions.append(bytes)
        }
        return resolutions
    }
}

/// The precincts of a tile in the order of their packets, and their blocks.
struct TilePrecincts {
    /// By precinct: its sub-bands, whose blocks are in `blocks`.
    var grids: [[PrecinctBand]] = []
    var blocks: [CodeBlock] = []

    mutating func append(_ precinct: Precinct, of component: TileComponent) {
        let exponents = component.blockExponents(resolution: precinct.resolution)
        var bands: [PrecinctBand] = []
        for index in component.resolutions[precinct.resolution].bands {
            let area = component.precinctArea(
                precinct.index, band: index, resolution: precinct.resolution)
            if let grid = PrecinctBand(
                area, of: component.bands[index], index: index, component: precinct.component,
                exponents: exponents,
                appendingTo: &blocks)
            {
                bands.append(grid)
            }
        }
        grids.append(bands)
    }

    /// The indices of a precinct's blocks, which follow each other.
    func blocks(of precinct: Int) -> Range<Int> {
        guard let first = grids[precinct].first, let last = grids[precinct].last else { return 0..<0 }
        return first.firstBlock..<last.firstBlock + last.blocksAcross * last.blocksDown
    }

    /// Bytes of the encoded blocks of some precincts.
    func byteCount(_ precincts: Range<Int>) -> Int {
        precincts.reduce(0) { $0 + blocks(of: $1).reduce(0) { $0 + blocks[$1].cleanupLength } }
    }
}
