/// An image, or a lower resolution of it, that tiles are decoded into.
struct ImageTarget {
    /// Halvings from the full image.
    var reduction: Int
    /// Size in pixels.
    var width: Int
    var height: Int
    /// Interleaved samples of the whole image.
    var samples: UnsafeMutableRawPointer
}

/// Turns the packets of a tile into samples: block decoding, inverse transform, colour, level shift.
struct TileReconstruction<Word: CoefficientWord, Element: PlaneElement> {
    let bytes: UnsafeBufferPointer<UInt8>
    let size: ImageAndTileSize
    let image: ImageDescription
    let coding: TileCodingStyle
    let packets: TilePackets
    let workspace: BlockWorkspace<Word>

    /// Decodes the tile into `targets`, whose reductions fall from first to last and none of which exceeds the levels of a
    /// component.
    func decode(into targets: [ImageTarget]) throws(CodestreamError) {
        guard let finest = targets.last?.reduction else { return }
        let components = packets.layout.components
        // One piece of memory for all planes: pieces of changing sizes would go back to the system after every image.
        let isStreamed = Element.streamedRows > 0 && !coding.usesComponentTransform && size.isDense
        let counts = components.map {
            ComponentPlanes<Element>.count($0, resolution: $0.levels - finest, isStreamed: isStreamed)
        }
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: counts.reduce(0, +))
        defer { memory.deallocate() }
        var planes: [ComponentPlanes<Element>] = []
        planes.reserveCapacity(components.count)
        var offset = 0
        for (component, count) in zip(components, counts) {
            planes.append(
                ComponentPlanes(
                    component, resolution: component.levels - finest, isStreamed: isStreamed, memory + offset))
            offset += count
        }
        for block in packets.blocks {
            let component = components[block.component]
            guard planes[block.component].isWanted(band: block.band, of: component) else { continue }
            try decode(block, of: component, into: planes[block.component])
        }
        for target in targets {
            for (index, component) in components.enumerated() {
                planes[index].synthesize(component, upTo: component.levels - target.reduction)
            }
            store(planes, into: target)
        }
    }

    /// Decodes one block into its place in the coefficients of its component.
    private func decode(
        _ block: CodeBlock, of component: TileComponent, into planes: ComponentPlanes<Element>
    ) throws(CodestreamError) {
        let band = component.bands[block.band]
        let target = planes.coefficients + band.offset + block.y * band.stride + block.x
        guard block.isIncluded, block.firstChunk >= 0, let base = bytes.baseAddress else {
            for y in 0..<block.height {
                UnsafeMutableRawPointer(target + y * band.stride)
                    .initializeMemory(as: UInt8.self, repeating: 0, count: block.width * MemoryLayout<Element>.stride)
            }
            return
        }
        let first = packets.chunks[block.firstChunk]
        var scale = WordScale(
            bitPlane: band.magnitudeBits - 1 - block.missingBitPlanes, isRefined: false, step: band.step)
        if first.next < 0 {
            try decode(block, component, base + first.offset, at: first.offset, &scale)
        } else {
            var joined: [UInt8] = []
            joined.reserveCapacity(block.cleanupLength + block.refinementLength)
            var chunk = block.firstChunk
            while chunk >= 0 {
                let piece = packets.chunks[chunk]
                joined += bytes[piece.offset..<piece.offset + piece.length]
                chunk = piece.next
            }
            try joined.withUnsafeBufferPointer { (buffer) throws(CodestreamError) in
                guard let joinedBase = buffer.baseAddress else { return }
                try decode(block, component, joinedBase, at: first.offset, &scale)
            }
        }
        let rowWords = (block.width + 1) & ~1
        for y in 0..<block.height {
            Element.reconstruct(
                UnsafePointer(workspace.words + y * rowWords), count: block.width, scale, into: target + y * band.stride
            )
        }
    }

    /// Decodes the passes of a block, whose bytes lie at `data`, into the workspace.
    private func decode(
        _ block: CodeBlock, _ component: TileComponent, _ data: UnsafePointer<UInt8>, at offset: Int,
        _ scale: inout WordScale
    ) throws(CodestreamError) {
        let isWhole = CleanupDecoder(workspace).decode(
            data, count: block.cleanupLength, missing: block.missingBitPlanes, width: block.width, height: block.height)
        guard isWhole else {
            throw CodestreamError(.malformed, at: offset, "the cleanup pass of a code-block contradicts itself")
        }
        // Below bit-plane 0 there is nothing to refine.
        guard block.passes > 1, scale.bitPlane > 0 else { return }
        RefinementDecoder(workspace: workspace).decode(
            data + block.cleanupLength, count: block.refinementLength, hasMagnitudes: block.passes > 2,
            isVerticallyCausal: component.style.isVerticallyCausal, width: block.width, height: block.height)
        scale.isRefined = true
    }

    /// Undoes the component transform and the level shift and stores all components.
    private func store(_ planes: [ComponentPlanes<Element>], into target: ImageTarget) {
        let placements = planes.indices.map {
            ComponentPlacement($0, tile: packets.layout.area, size, image, target)
        }
        var separate = 0
        if coding.usesComponentTransform {
            separate = 3
            let (plane0, plane1, plane2) = (planes[0].current, planes[1].current, planes[2].current)
            for y in placements[0].rows {
                let row = placements[0].planeRow(y)
                Element.storeJoined(
                    UnsafePointer(plane0.base + row * plane0.stride), UnsafePointer(plane1.base + row * plane1.stride),
                    UnsafePointer(plane2.base + row * plane2.stride), count: placements[0].columns.count,
                    (placements[0].target(y), placements[1].target(y), placements[2].target(y)))
            }
        }
        for component in separate..<planes.count {
            let placement = placements[component]
            let isDone = planes[component].streamLast(packets.layout.components[component]) { y, row in
                Element.store(row, count: placement.columns.count, placement.target(placement.rows.lowerBound + y))
            }
            if isDone { continue }
            let plane = planes[component].current
            guard let columns = placement.planeColumns() else {
                for y in placement.rows {
                    Element.store(
                        UnsafePointer(plane.base + placement.planeRow(y) * plane.stride),
                        count: placement.columns.count,
                        placement.target(y))
                }
                continue
            }
            let spread = UnsafeMutablePointer<Element>.allocate(capacity: max(columns.count, 1))
            defer { spread.deallocate() }
            for y in placement.rows {
                let row = plane.base + placement.planeRow(y) * plane.stride
                for (x, column) in columns.enumerated() {
                    (spread + x).initialize(to: row[column])
                }
                Element.store(UnsafePointer(spread), count: columns.count, placement.target(y))
            }
        }
    }
}

/// The coefficients of one component of a tile, and its planes from the lowest resolution to the wanted one.
struct ComponentPlanes<Element: PlaneElement> {
    let coefficients: UnsafeMutablePointer<Element>
    /// The planes of every second resolution, so that a level is joined from one into the other.
    private let even: UnsafeMutablePointer<Element>
    private let odd: UnsafeMutablePointer<Element>
    private let finest: Int
    /// Whether the finest resolution is not kept but streamed, through the rows at `even`.
    private let isStreamed: Bool
    private var resolution = 0
    private var wanted = 0
    private(set) var current: (base: UnsafeMutablePointer<Element>, stride: Int)

    /// Planes for the resolutions of a component up to `finest`, in `count` elements at `memory`, not initialised.
    init(
        _ component: TileComponent, resolution finest: Int, isStreamed: Bool, _ memory: UnsafeMutablePointer<Element>
    ) {
        self.finest = finest
        self.isStreamed = isStreamed
        coefficients = memory
        even = memory + ComponentPlanes.coefficientCount(component, finest)
        odd = even + ComponentPlanes.finestCount(component, finest, isStreamed)
        current = (coefficients + component.bands[0].offset, component.bands[0].stride)
    }

    /// The elements that the planes of a component take.
    static func count(_ component: TileComponent, resolution finest: Int, isStreamed: Bool) -> Int {
        coefficientCount(component, finest) + finestCount(component, finest, isStreamed)
            + (finest > 1 ? component.resolutions[finest - 1].planeCount : 0)
    }

    /// The elements of the finest plane, or of its streamed rows; the planes two and more below it share them.
    private static func finestCount(_ component: TileComponent, _ finest: Int, _ isStreamed: Bool) -> Int {
        guard finest > 0 else { return 0 }
        guard isStreamed else { return component.resolutions[finest].planeCount }
        let shared = finest > 2 ? component.resolutions[finest - 2].planeCount : 0
        return max(shared, Element.streamedRows * component.resolutions[finest].planeStride)
    }

    private static func coefficientCount(_ component: TileComponent, _ finest: Int) -> Int {
        let next = component.resolutions[finest].bands.upperBound
        return next < component.bands.count ? component.bands[next].offset : component.coefficientCount
    }

    func isWanted(band: Int, of component: TileComponent) -> Bool {
        band < component.resolutions[finest].bands.upperBound
    }

    /// Joins levels until `current` is the plane of a resolution, but for the finest when that is streamed.
    mutating func synthesize(_ component: TileComponent, upTo target: Int) {
        wanted = target
        while resolution < target, !isStreamed || resolution + 1 < finest {
            resolution += 1
            let plane = (finest - resolution) & 1 == 0 ? even : odd
            let stride = component.resolutions[resolution].planeStride
            if let level = level(component, resolution) {
                Element.synthesize(level, into: plane, stride: stride)
            }
            current = (plane, stride)
        }
    }

    /// Gives the rows of the finest resolution when that is wanted and streamed; false when `current` has what is wanted.
    func streamLast(_ component: TileComponent, _ body: (Int, UnsafePointer<Element>) -> Void) -> Bool {
        guard resolution < wanted else { return false }
        if let level = level(component, wanted) {
            Element.stream(level, through: even, stride: component.resolutions[wanted].planeStride, body)
        }
        return true
    }

    /// The level that joins `current` and the high sub-bands of a resolution; nil when it has no samples.
    private func level(_ component: TileComponent, _ resolution: Int) -> WaveletLevel<Element>? {
        let geometry = component.resolutions[resolution]
        guard !geometry.area.isEmpty else { return nil }
        let hl = component.bands[geometry.bands.lowerBound]
        let lh = component.bands[geometry.bands.lowerBound + 1]
        let hh = component.bands[geometry.bands.lowerBound + 2]
        return WaveletLevel(
            ll: current.base, llStride: current.stride, hl: coefficients + hl.offset, hlStride: hl.stride,
            lh: coefficients + lh.offset, lhStride: lh.stride, hh: coefficients + hh.offset, hhStride: hh.stride,
            width: geometry.area.width, height: geometry.area.height, oddX: geometry.area.x0 & 1,
            oddY: geometry.area.y0 & 1)
    }
}

extension Resolution {
    /// Elements from a row to the next of a plane, and of the whole plane.
    var planeStride: Int {
        area.isEmpty ? 0 : (area.width + 7) & ~7
    }

    var planeCount: Int {
        area.isEmpty ? 0 : planeStride * area.height
    }
}
