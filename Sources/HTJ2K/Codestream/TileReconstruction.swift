/// Turns the packets of a tile into samples: block decoding, inverse transform, colour, level shift.
struct TileReconstruction {
    let bytes: UnsafeBufferPointer<UInt8>
    let size: ImageAndTileSize
    let coding: TileCodingStyle
    let packets: TilePackets
    /// One for each worker.
    let readers: [BlockReader]
    let kind: PlaneKind
    let workers: Workers

    /// Decodes the tile into `targets`, whose reductions fall from first to last and none of which exceeds the levels of a
    /// component. A target of a region is alone.
    func decode(into targets: [ImageTarget]) throws(CodestreamError) {
        guard let finest = targets.last else { return }
        let windows = packets.layout.windows(
            size, targets.count > 1 ? nil : finest, reach: kind.filterReach)
        // One piece of memory for all planes: pieces of changing sizes would go back to the system after every image.
        let counts = windows.map {
            ComponentPlanes.count($0, resolution: $0.levels - finest.reduction, kind)
        }
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(counts.reduce(0, +), 1) * kind.size, alignment: 16)
        defer { memory.deallocate() }
        var planes: [ComponentPlanes] = []
        planes.reserveCapacity(windows.count)
        var offset = 0
        for (window, count) in zip(windows, counts) {
            planes.append(
                ComponentPlanes(
                    window, resolution: window.levels - finest.reduction, kind, memory + offset * kind.size))
            offset += count
        }
        try decodeBlocks(into: planes)
        for target in targets {
            store(&planes, into: target)
        }
    }

    /// Decodes the blocks that lie in the planes' windows, shared out among the workers.
    private func decodeBlocks(into planes: [ComponentPlanes]) throws(CodestreamError) {
        #if hasFeature(Embedded)
        // A module for browsers has one thread.
        try decodeBlocks(from: 0, into: planes)
        #else
        guard workers.count > 1 else {
            try decodeBlocks(from: 0, into: planes)
            return
        }
        let failures = UnsafeMutablePointer<CodestreamError?>.allocate(capacity: workers.count)
        failures.initialize(repeating: nil, count: workers.count)
        defer {
            failures.deinitialize(count: workers.count)
            failures.deallocate()
        }
        // INVARIANT: blocks do not overlap, and each worker has its own workspace and its own place for a failure.
        nonisolated(unsafe) let (shared, sharedPlanes, sharedFailures) = (self, planes, failures)
        workers.run(workers.count) { worker in
            do throws(CodestreamError) {
                try shared.decodeBlocks(from: worker, into: sharedPlanes)
            } catch {
                sharedFailures[worker] = error
            }
        }
        for worker in 0..<workers.count {
            if let failure = failures[worker] { throw failure }
        }
        #endif
    }

    /// Decodes every block whose index is `worker` more than a multiple of the number of workers.
    private func decodeBlocks(from worker: Int, into planes: [ComponentPlanes])
        throws(CodestreamError)
    {
        let reader = readers[worker]
        for index in stride(from: worker, to: packets.blocks.count, by: workers.count) {
            let block = packets.blocks[index]
            guard planes[block.component].isWanted(band: block.band) else { continue }
            try decode(block, into: planes[block.component], reader)
        }
    }

    /// Decodes one block into its place in the coefficients of its component.
    private func decode(
        _ block: CodeBlock, into planes: ComponentPlanes, _ reader: BlockReader
    ) throws(CodestreamError) {
        let component = packets.layout.components[block.component]
        let band = component.bands[block.band]
        let window = planes.component.bands[block.band]
        let x = band.area.x0 + block.x
        let y = band.area.y0 + block.y
        let wanted = Area(x0: x, y0: y, x1: x + block.width, y1: y + block.height).intersection(
            window.area)
        guard !wanted.isEmpty else { return }
        let target = planes.place(band: block.band, x: wanted.x0, y: wanted.y0)
        let rowBytes = window.stride * kind.size
        guard block.isIncluded, block.firstChunk >= 0, let base = bytes.baseAddress else {
            for row in 0..<wanted.height {
                (target + row * rowBytes).initializeMemory(
                    as: UInt8.self, repeating: 0, count: wanted.width * kind.size)
            }
            return
        }
        let chunk = packets.chunks[block.firstChunk]
        var scale = WordScale(
            bitPlane: band.magnitudeBits - 1 - block.missingBitPlanes, isRefined: false, step: band.step)
        if chunk.next < 0 {
            try decode(block, component, base + chunk.offset, at: chunk.offset, reader, &scale)
        } else {
            try packets.joinedBytes(block).withUnsafeBufferPointer { (buffer) throws(CodestreamError) in
                guard let joined = buffer.baseAddress else { return }
                try decode(block, component, joined, at: chunk.offset, reader, &scale)
            }
        }
        let rowWords = (block.width + 1) & ~1
        let first = (wanted.y0 - y) * rowWords + wanted.x0 - x
        let rows = WordRows(
            count: wanted.height, width: wanted.width, wordStride: rowWords, coefficientStride: window.stride)
        reader.reconstruct(first, rows, scale, target)
    }

    /// Decodes the passes of a block, whose bytes lie at `data`, into the workspace.
    private func decode(
        _ block: CodeBlock, _ component: TileComponent, _ data: UnsafePointer<UInt8>, at offset: Int,
        _ reader: BlockReader, _ scale: inout WordScale
    ) throws(CodestreamError) {
        // Below bit-plane 0 there is nothing to refine.
        scale.isRefined = block.passes > 1 && scale.bitPlane > 0
        let passes = BlockPasses(
            count: scale.isRefined ? block.passes : 1, cleanupLength: block.cleanupLength,
            refinementLength: block.refinementLength, missingBitPlanes: block.missingBitPlanes,
            isVerticallyCausal: component.style.isVerticallyCausal)
        guard reader.decode(data, passes, block.width, block.height) else {
            throw CodestreamError(
                .malformed, at: offset, "the cleanup pass of a code-block contradicts itself")
        }
    }

    /// Undoes the component transform and the level shift and stores all components.
    private func store(_ planes: inout [ComponentPlanes], into target: ImageTarget) {
        let placements = packets.layout.placements(size, target)
        var separate = 0
        if coding.usesComponentTransform {
            separate = 3
            storeJoined(&planes, placements[0], target)
        }
        for index in separate..<planes.count {
            let placement = placements[index]
            guard !placement.rows.isEmpty, !placement.columns.isEmpty else { continue }
            let resolution = planes[index].component.levels - target.reduction
            let rows = planes[index].rows(of: resolution)
            let origin = planes[index].component.resolutions[resolution].area
            if placement.isDense {
                let left = kind.size * (placement.sampleColumn(placement.columns.lowerBound) - origin.x0)
                for y in placement.rows {
                    kind.store(
                        rows(placement.sampleRow(y) - origin.y0) + left, placement.columns.count, placement.format,
                        placement.base(y))
                }
                continue
            }
            let columns = placement.columns.map { kind.size * (placement.sampleColumn($0) - origin.x0) }
            let spread = UnsafeMutableRawPointer.allocate(byteCount: columns.count * kind.size, alignment: 16)
            defer { spread.deallocate() }
            for y in placement.rows {
                let row = rows(placement.sampleRow(y) - origin.y0)
                for (x, column) in columns.enumerated() {
                    (spread + x * kind.size).copyMemory(from: row + column, byteCount: kind.size)
                }
                kind.store(spread, columns.count, placement.format, placement.base(y))
            }
        }
    }

    /// Stores the first three components, which have one grid, row by row.
    private func storeJoined(
        _ planes: inout [ComponentPlanes], _ placement: ComponentPlacement,
        _ target: ImageTarget
    ) {
        guard !placement.rows.isEmpty, !placement.columns.isEmpty else { return }
        let resolution = planes[0].component.levels - target.reduction
        let origin = planes[0].component.resolutions[resolution].area
        let rows0 = planes[0].rows(of: planes[0].component.levels - target.reduction)
        let rows1 = planes[1].rows(of: planes[1].component.levels - target.reduction)
        let rows2 = planes[2].rows(of: planes[2].component.levels - target.reduction)
        let left = kind.size * (placement.sampleColumn(placement.columns.lowerBound) - origin.x0)
        for y in placement.rows {
            let row = placement.sampleRow(y) - origin.y0
            kind.storeJoined(
                rows0(row) + left, rows1(row) + left, rows2(row) + left, placement.columns.count, placement.format,
                placement.base(y))
        }
    }
}
