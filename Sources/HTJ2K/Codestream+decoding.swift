extension Codestream {
    /// Decodes the image reduced by `levels` halvings into interleaved little-endian samples as `image` describes them.
    ///
    /// Throws `truncated` when the bytes hold that resolution only in part.
    public func decode(reducedBy levels: Int = 0) throws(CodestreamError) -> [UInt8] {
        let count = try byteCount(reducedBy: levels)
        var failure: CodestreamError?
        let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(CodestreamError) {
                try decode(reducedBy: levels, into: UnsafeMutableRawBufferPointer(buffer))
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return samples
    }

    /// Decodes the image reduced by `levels` halvings into a buffer of at least that many bytes.
    public func decode(
        reducedBy levels: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(CodestreamError) {
        let count = try byteCount(reducedBy: levels)
        guard buffer.count >= count, let base = buffer.baseAddress else {
            throw CodestreamError(.invalidArgument, "the buffer is smaller than the image")
        }
        let (width, height) = size(reducedBy: levels)
        try decode(into: [ImageTarget(reduction: levels, width: width, height: height, samples: base)])
    }

    // A body that throws any error needs existentials, which Embedded Swift has not.
    #if !hasFeature(Embedded)
    /// Decodes once and gives the image at every reduction, the smallest first; the samples are valid during the call.
    ///
    /// For verification: the checksums of all resolutions cost one entropy decode and one inverse transform.
    public func decodeResolutions(
        _ body: (_ reducedBy: Int, _ width: Int, _ height: Int, _ samples: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var counts: [Int] = []
        for levels in 0...decompositionLevels {
            counts.append(try byteCount(reducedBy: levels))
        }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(counts.reduce(0, +), 1), alignment: 64)
        defer { memory.deallocate() }
        guard let base = memory.baseAddress else { return }
        var targets: [ImageTarget] = []
        var offset = 0
        for levels in counts.indices.reversed() {
            let (width, height) = size(reducedBy: levels)
            targets.append(ImageTarget(reduction: levels, width: width, height: height, samples: base + offset))
            offset += counts[levels]
        }
        try decode(into: targets)
        for target in targets {
            try body(
                target.reduction, target.width, target.height,
                UnsafeRawBufferPointer(start: target.samples, count: counts[target.reduction]))
        }
    }
    #endif

    private func byteCount(reducedBy levels: Int) throws(CodestreamError) -> Int {
        guard (0...decompositionLevels).contains(levels) else {
            throw CodestreamError(.invalidArgument, "the codestream has fewer resolutions")
        }
        let (width, height) = size(reducedBy: levels)
        guard width > 0, height > 0 else {
            throw CodestreamError(.invalidArgument, "the image has no samples at that resolution")
        }
        return width * height * image.components * image.bytesPerSample
    }

    /// Decodes all tiles into images whose reductions fall from first to last.
    private func decode(into targets: [ImageTarget]) throws(CodestreamError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(CodestreamError) in
            let workspaces = Workspaces()
            let packedHeaderRanges = try packedHeaderRanges()
            for (tile, parts) in partsByTile().enumerated() {
                guard !parts.isEmpty else {
                    throw CodestreamError(.truncated, at: range.upperBound, "tiles are missing")
                }
                let header = try tileHeader(tile, parts: parts, packedHeaderRanges: packedHeaderRanges, buffer)
                try decode(header, into: targets, buffer, workspaces)
            }
        }
    }

    private func decode(
        _ tile: TileHeader, into targets: [ImageTarget], _ buffer: UnsafeBufferPointer<UInt8>, _ workspaces: Workspaces
    ) throws(CodestreamError) {
        guard let finest = targets.last?.reduction, let coarsest = targets.first?.reduction else { return }
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
            throw CodestreamError(.unsupported, at: tile.offset, "reversible and irreversible components are mixed")
        }
        if tile.style.usesComponentTransform {
            guard components.count >= 3, components[1].area == components[0].area,
                components[2].area == components[0].area,
                header.size.components[..<3].allSatisfy({
                    $0.bitDepth == header.size.components[0].bitDepth
                        && $0.horizontalSpacing == header.size.leastHorizontalSpacing
                        && $0.verticalSpacing == header.size.leastVerticalSpacing
                })
            else {
                throw CodestreamError(.malformed, at: tile.offset, "transformed components differ in size or depth")
            }
        }
        // Words of 32 bits hold sign and rounding beside the magnitude, and sums of a few samples must not overflow.
        let isWide =
            components.contains { $0.bands.contains { $0.magnitudeBits > UInt32.maximumMagnitudeBits } }
            || image.bitDepth > 28
        switch (isWide, isReversible) {
        case (false, true): try reconstruct(tile, packets, buffer, workspaces.narrow, Int32.self, targets)
        case (false, false): try reconstruct(tile, packets, buffer, workspaces.narrow, Float.self, targets)
        case (true, true): try reconstruct(tile, packets, buffer, workspaces.wide, Int64.self, targets)
        case (true, false): try reconstruct(tile, packets, buffer, workspaces.wide, Float.self, targets)
        }
    }

    private func reconstruct<Word: CoefficientWord, Element: PlaneElement>(
        _ tile: TileHeader, _ packets: TilePackets, _ buffer: UnsafeBufferPointer<UInt8>,
        _ workspace: BlockWorkspace<Word>, _: Element.Type, _ targets: [ImageTarget]
    ) throws(CodestreamError) {
        try TileReconstruction<Word, Element>(
            bytes: buffer, size: header.size, image: image, coding: tile.style, packets: packets, workspace: workspace
        ).decode(into: targets)
    }
}

/// The block workspaces of one decoding, made when a tile first needs them.
private final class Workspaces {
    lazy var narrow = BlockWorkspace<UInt32>()
    lazy var wide = BlockWorkspace<UInt64>()
}
