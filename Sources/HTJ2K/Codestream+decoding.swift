extension Codestream {
    /// Decodes the image reduced by `levels` halvings into interleaved little-endian samples as `image` describes them.
    ///
    /// Throws `truncated` when the bytes hold that resolution only in part.
    public func decode(reducedBy levels: Int = 0) throws(CodestreamError) -> [UInt8] {
        var options = DecoderOptions()
        options.reducedBy = levels
        return try decode(options)
    }

    /// Decodes what `options` ask for into little-endian samples.
    ///
    /// Throws `truncated` when the bytes hold that resolution only in part, and `invalidArgument` when the image has no such
    /// resolution or region or its samples do not fit.
    public func decode(_ options: DecoderOptions) throws(CodestreamError) -> [UInt8] {
        let count = try byteCount(options)
        var failure: CodestreamError?
        let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(CodestreamError) {
                try decode(options, into: UnsafeMutableRawBufferPointer(buffer))
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return samples
    }

    /// Decodes what `options` ask for into a buffer of at least that many bytes.
    public func decode(
        _ options: DecoderOptions, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CodestreamError) {
        let count = try byteCount(options)
        guard buffer.count >= count, let base = buffer.baseAddress else {
            throw CodestreamError(.invalidArgument, "the buffer is smaller than the image")
        }
        let target = ImageTarget(
            reduction: options.reducedBy, region: try region(options), components: image.components,
            arrangement: options.arrangement,
            bytesPerSample: options.bytesPerSample ?? image.bytesPerSample,
            samples: base)
        try decode(into: [target], options.workers)
    }

    /// Bytes of the samples that `options` ask for.
    public func byteCount(_ options: DecoderOptions) throws(CodestreamError) -> Int {
        let size = options.bytesPerSample ?? image.bytesPerSample
        guard size == 1 || size == 2 || size == 4, size >= image.bytesPerSample else {
            throw CodestreamError(.invalidArgument, "the samples do not fit into so many bytes")
        }
        let region = try region(options)
        return region.width * region.height * image.components * size
    }

    // A body that throws any error needs existentials, which Embedded Swift has not.
    #if !hasFeature(Embedded)
    /// Decodes once and gives the image at every reduction, the smallest first; the samples are valid during the call.
    ///
    /// For verification: the checksums of all resolutions cost one entropy decode and one inverse transform.
    public func decodeResolutions(
        _ body: (_ reducedBy: Int, _ width: Int, _ height: Int, _ samples: UnsafeRawBufferPointer)
            throws -> Void
    ) throws {
        var counts: [Int] = []
        var options = DecoderOptions()
        for levels in 0...decompositionLevels {
            options.reducedBy = levels
            counts.append(try byteCount(options))
        }
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(counts.reduce(0, +), 1), alignment: 16)
        defer { memory.deallocate() }
        guard let base = memory.baseAddress else { return }
        var targets: [ImageTarget] = []
        var offset = 0
        for levels in counts.indices.reversed() {
            options.reducedBy = levels
            targets.append(
                ImageTarget(
                    reduction: levels, region: try region(options), components: image.components,
                    arrangement: .interleaved, bytesPerSample: image.bytesPerSample, samples: base + offset)
            )
            offset += counts[levels]
        }
        try decode(into: targets, .one)
        for target in targets {
            try body(
                target.reduction, target.region.width, target.region.height,
                UnsafeRawBufferPointer(start: target.samples, count: counts[target.reduction]))
        }
    }
    #endif

    /// The pixels that `options` ask for, counted from the first of the image at that reduction; not empty.
    private func region(_ options: DecoderOptions) throws(CodestreamError) -> Area {
        guard (0...decompositionLevels).contains(options.reducedBy) else {
            throw CodestreamError(.invalidArgument, "the codestream has fewer resolutions")
        }
        let (width, height) = size(reducedBy: options.reducedBy)
        guard width > 0, height > 0 else {
            throw CodestreamError(.invalidArgument, "the image has no samples at that resolution")
        }
        guard let region = options.region else { return Area(x0: 0, y0: 0, x1: width, y1: height) }
        guard region.x >= 0, region.y >= 0, region.width > 0, region.height > 0, region.width <= width,
            region.height <= height, region.x <= width - region.width, region.y <= height - region.height
        else {
            throw CodestreamError(.invalidArgument, "the region is not within the image")
        }
        return Area(
            x0: region.x, y0: region.y, x1: region.x + region.width, y1: region.y + region.height)
    }

    /// Decodes the tiles that `targets`, whose reductions fall from first to last, show.
    private func decode(into targets: [ImageTarget], _ workers: Workers) throws(CodestreamError) {
        guard let finest = targets.last else { return }
        try bytes.withUnsafeBufferPointer { (buffer) throws(CodestreamError) in
            let workspaces = Workspaces(count: workers.count)
            let packedHeaderRanges = try packedHeaderRanges()
            for (tile, parts) in partsByTile().enumerated() {
                guard isShown(tile, in: finest) else { continue }
                guard !parts.isEmpty else {
                    throw CodestreamError(.truncated, at: range.upperBound, "tiles are missing")
                }
                let header = try tileHeader(
                    tile, parts: parts, packedHeaderRanges: packedHeaderRanges, buffer)
                try decode(header, into: targets, buffer, workspaces, workers)
            }
        }
    }

    /// Whether a tile has samples in the region of a target.
    private func isShown(_ tile: Int, in target: ImageTarget) -> Bool {
        let area = header.size.tile(tile)
        return header.size.components.indices.contains { component in
            let placement = ComponentPlacement(component, tile: area, header.size, target)
            return !placement.rows.isEmpty && !placement.columns.isEmpty
        }
    }

    private func decode(
        _ tile: TileHeader, into targets: [ImageTarget], _ buffer: UnsafeBufferPointer<UInt8>,
        _ workspaces: Workspaces, _ workers: Workers
    ) throws(CodestreamError) {
        guard let finest = targets.last?.reduction, let coarsest = targets.first?.reduction else {
            return
        }
        let packets = try tile.readPackets(buffer, header.size, reducedBy: finest)
        guard !packets.isIncomplete else {
            throw CodestreamError(
                .truncated, at: tile.parts.last?.range.upperBound ?? 0,
                "the bytes end before the resolution is complete")
        }
        let components = packets.layout.components
        guard components.allSatisfy({ $0.levels >= coarsest }) else {
            throw CodestreamError(
                .unsupported, at: tile.offset, "a tile has fewer resolutions than the main header says")
        }
        let isReversible = components[0].style.isReversible
        guard components.allSatisfy({ $0.style.isReversible == isReversible }) else {
            throw CodestreamError(
                .unsupported, at: tile.offset, "reversible and irreversible components are mixed")
        }
        if tile.style.usesComponentTransform { try checkJoinedComponents(components, tile) }
        // Words of 32 bits hold sign and rounding beside the magnitude, and sums of a few samples must not overflow.
        let isWide =
            components.contains { $0.bands.contains { $0.magnitudeBits > UInt32.maximumMagnitudeBits } }
            || image.bitDepth > 28
        let (kind, readers) = workspaces.kind(isWide: isWide, isReversible: isReversible)
        try TileReconstruction(
            bytes: buffer, size: header.size, coding: tile.style, packets: packets, readers: readers, kind: kind,
            workers: workers
        ).decode(into: targets)
    }

    /// The component transform joins three components of one size, depth and grid, which is the image's (T.800 G).
    private func checkJoinedComponents(_ components: [TileComponent], _ tile: TileHeader)
        throws(CodestreamError)
    {
        guard components.count >= 3, components[1].area == components[0].area,
            components[2].area == components[0].area,
            header.size.components[..<3].allSatisfy({
                $0.bitDepth == header.size.components[0].bitDepth
                    && $0.horizontalSpacing == header.size.leastHorizontalSpacing
                    && $0.verticalSpacing == header.size.leastVerticalSpacing
            })
        else {
            throw CodestreamError(
                .malformed, at: tile.offset, "transformed components differ in size or depth")
        }
    }
}

/// The block workspaces of one decoding, one for each worker, made when a tile first needs them.
private final class Workspaces {
    private let count: Int
    private lazy var narrow = (0..<count).map { _ in BlockWorkspace<UInt32>() }
    private lazy var wide = (0..<count).map { _ in BlockWorkspace<UInt64>() }

    init(count: Int) {
        self.count = count
    }

    /// The kind of planes that hold coefficients, and what decodes blocks into them.
    func kind(isWide: Bool, isReversible: Bool) -> (PlaneKind, [BlockReader]) {
        switch (isWide, isReversible) {
        case (false, true): (PlaneKind(Int32.self), narrow.map { BlockReader($0, Int32.self) })
        case (false, false): (PlaneKind(Float.self), narrow.map { BlockReader($0, Float.self) })
        case (true, true): (PlaneKind(Int64.self), wide.map { BlockReader($0, Int64.self) })
        case (true, false): (PlaneKind(Float.self), wide.map { BlockReader($0, Float.self) })
        }
    }
}
