/// Encodes the only tile of an image: colour and wavelet transforms, block coding, packets, tile-parts.
struct TileEncoder<Word: CoefficientWord> {
    private let parameters: EncodingParameters
    private var layout: TileLayout
    private let workspace = BlockWorkspace<Word>()

    init(_ parameters: EncodingParameters, _ layout: TileLayout) {
        self.parameters = parameters
        self.layout = layout
    }

    /// Encodes the samples at `base`, as many as the image has.
    consuming func encode(_ base: UnsafeRawPointer) throws(CodestreamError) -> [UInt8] {
        let image = parameters.image
        let component = layout.components[0]
        let count = max(component.coefficientCount, 1)
        let coefficients = UnsafeMutablePointer<Word.Coefficient>.allocate(capacity: count * image.components)
        defer { coefficients.deallocate() }
        try transform(base, component, into: coefficients)

        var (bytes, lengths) = parameters.mainHeader()
        bytes.reserveCapacity(image.byteCount / 2 + 4096)
        layout.addPrecincts(parameters.size) { _, _ in true }
        let order = layout.order(
            ProgressionVolume(order: .rpcl, resolutions: 0..<33, components: 0..<16384, layers: 1))
        var packet = PacketWriter(workspace)
        var next = 0
        for resolution in 0...parameters.levels {
            let start = bytes.count
            var header = MarkerWriter()
            header.write16(Int(Marker.startOfTilePart))
            header.write16(10)
            header.write16(0)
            header.write32(0)
            header.bytes += [UInt8(resolution), UInt8(parameters.levels + 1)]
            header.write16(Int(Marker.startOfData))
            bytes += header.bytes
            while next < order.count, layout.precincts[order[next]].resolution == resolution {
                let precinct = layout.precincts[order[next]]
                packet.write(
                    precinct, of: layout.components[precinct.component], coefficients + precinct.component * count,
                    to: &bytes)
                next += 1
            }
            let length = bytes.count - start
            guard length <= Int(UInt32.max) else {
                throw CodestreamError(.tooLarge, "a resolution has more bytes than its tile-part can hold")
            }
            for (index, shift) in [24, 16, 8, 0].enumerated() {
                let byte = UInt8(truncatingIfNeeded: length >> shift)
                bytes[start + 6 + index] = byte
                bytes[lengths + 6 * resolution + 2 + index] = byte
            }
        }
        bytes += [0xFF, 0xD9]
        return bytes
    }

    /// Loads the components, transforms them and leaves their sub-bands in `coefficients`, component after component.
    private func transform(
        _ base: UnsafeRawPointer, _ component: TileComponent, into coefficients: UnsafeMutablePointer<Word.Coefficient>
    ) throws(CodestreamError) {
        let image = parameters.image
        let finest = component.resolutions[component.levels]
        let planeCount = finest.planeCount
        let joined = parameters.usesColourTransform ? 3 : 1
        let half = component.levels > 0 ? component.resolutions[component.levels - 1].planeCount : 0
        let planes = UnsafeMutablePointer<Word.Coefficient>.allocate(capacity: planeCount * joined + half)
        defer { planes.deallocate() }
        let count = max(component.coefficientCount, 1)

        let loader = SampleLoader<Word.Coefficient>(image, stride: finest.planeStride)
        if parameters.usesColourTransform {
            for index in 0..<3 {
                guard loader.load(base, component: index, into: planes + index * planeCount) else { throw tooDeep }
            }
            ReversibleColourTransform.forward(
                planes, planes + planeCount, planes + 2 * planeCount, count: planeCount)
            for index in 0..<3 {
                analyze(
                    planes + index * planeCount, spare: planes + joined * planeCount, component,
                    into: coefficients + index * count)
            }
        }
        for index in (parameters.usesColourTransform ? 3 : 0)..<image.components {
            guard loader.load(base, component: index, into: planes) else { throw tooDeep }
            analyze(planes, spare: planes + joined * planeCount, component, into: coefficients + index * count)
        }
    }

    private var tooDeep: CodestreamError {
        CodestreamError(.invalidArgument, "a sample exceeds the bit depth")
    }

    /// Splits a plane level by level; low planes alternate between `plane` and `spare`.
    private func analyze(
        _ plane: UnsafeMutablePointer<Word.Coefficient>, spare: UnsafeMutablePointer<Word.Coefficient>,
        _ component: TileComponent, into coefficients: UnsafeMutablePointer<Word.Coefficient>
    ) {
        var (source, target) = (plane, spare)
        guard component.levels > 0 else {
            let band = component.bands[0]
            coefficients.update(from: plane, count: band.stride * band.area.height)
            return
        }
        for resolution in (1...component.levels).reversed() {
            let geometry = component.resolutions[resolution]
            let low = component.resolutions[resolution - 1]
            let hl = component.bands[geometry.bands.lowerBound]
            let lh = component.bands[geometry.bands.lowerBound + 1]
            let hh = component.bands[geometry.bands.lowerBound + 2]
            let isLast = resolution == 1
            ReversibleWavelet.analyze(
                source, stride: geometry.planeStride,
                into: WaveletLevel(
                    ll: isLast ? coefficients + component.bands[0].offset : target,
                    llStride: isLast ? component.bands[0].stride : low.planeStride,
                    hl: coefficients + hl.offset, hlStride: hl.stride, lh: coefficients + lh.offset,
                    lhStride: lh.stride, hh: coefficients + hh.offset, hhStride: hh.stride,
                    width: geometry.area.width, height: geometry.area.height, oddX: 0, oddY: 0))
            swap(&source, &target)
        }
    }
}

/// Encodes the blocks of precincts and writes their packets.
private struct PacketWriter<Word: CoefficientWord> {
    private let encoder: CleanupEncoder<Word>
    private let workspace: BlockWorkspace<Word>
    private var header = PacketBitWriter()
    private var body: [UInt8] = []
    private var blocks: [CodeBlock] = []

    init(_ workspace: BlockWorkspace<Word>) {
        self.workspace = workspace
        encoder = CleanupEncoder(workspace)
    }

    mutating func write(
        _ precinct: Precinct, of component: TileComponent, _ coefficients: UnsafeMutablePointer<Word.Coefficient>,
        to bytes: inout [UInt8]
    ) {
        header.removeAll()
        body.removeAll(keepingCapacity: true)
        blocks.removeAll(keepingCapacity: true)
        let exponents = component.blockExponents(resolution: precinct.resolution)
        var grids: [PrecinctBand] = []
        for index in component.resolutions[precinct.resolution].bands {
            let band = component.bands[index]
            let area = component.precinctArea(precinct.index, band: index, resolution: precinct.resolution)
            guard
                let grid = PrecinctBand(
                    area, of: band, index: index, component: precinct.component, exponents: exponents,
                    appendingTo: &blocks)
            else { continue }
            grids.append(grid)
            for block in grid.firstBlock..<blocks.count {
                encode(block, coefficients + band.offset, band)
            }
        }
        header.write(body.isEmpty ? 0 : 1, count: 1)
        if !body.isEmpty {
            for index in grids.indices {
                tell(&grids[index], component)
            }
        }
        header.align()
        bytes += header.bytes
        bytes += body
    }

    private mutating func encode(
        _ index: Int, _ coefficients: UnsafeMutablePointer<Word.Coefficient>, _ band: SubBand
    ) {
        let block = blocks[index]
        let any = encoder.load(
            coefficients + block.y * band.stride + block.x, stride: band.stride, width: block.width,
            height: block.height)
        guard any != 0 else { return }
        let count = encoder.encode(width: block.width, height: block.height)
        blocks[index].isIncluded = true
        blocks[index].cleanupLength = count
        body.append(contentsOf: UnsafeBufferPointer(start: workspace.output, count: count))
    }

    /// Writes what the packet header tells of the blocks of one sub-band (T.800 B.10).
    private mutating func tell(_ grid: inout PrecinctBand, _ component: TileComponent) {
        for y in 0..<grid.blocksDown {
            for x in 0..<grid.blocksAcross {
                let block = blocks[grid.firstBlock + y * grid.blocksAcross + x]
                grid.inclusion.set(x: x, y: y, block.isIncluded ? 0 : 1)
                // The one cleanup pass is that of bit-plane 0; all planes above it count as missing.
                grid.missingBitPlanes.set(x: x, y: y, Int32(component.bands[block.band].magnitudeBits - 1))
            }
        }
        grid.inclusion.finish()
        grid.missingBitPlanes.finish()
        for y in 0..<grid.blocksDown {
            for x in 0..<grid.blocksAcross {
                let block = blocks[grid.firstBlock + y * grid.blocksAcross + x]
                grid.inclusion.encode(x: x, y: y, threshold: 1, &header)
                guard block.isIncluded else { continue }
                grid.missingBitPlanes.encode(x: x, y: y, threshold: .max, &header)
                // One pass; then as many ones as the length needs bits beyond three.
                header.write(0, count: 1)
                let bits = max(3, block.cleanupLength.floorLog2 + 1)
                for _ in 3..<bits { header.write(1, count: 1) }
                header.write(0, count: 1)
                header.write(block.cleanupLength, count: bits)
            }
        }
    }
}
