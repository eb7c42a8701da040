/// Reads the packets of a tile (T.800 B.9, B.10 with the lengths of T.814 B.3) and gathers what they tell of its blocks.
struct TilePackets {
    /// The bytes of the codestream, and those of packed packet headers when the tile has them.
    private let bytes: UnsafeBufferPointer<UInt8>
    private let parts: [TilePart]
    private var packedHeaders: PacketBitReader?
    private let style: TileCodingStyle

    private(set) var layout: TileLayout
    private(set) var blocks: [CodeBlock] = []
    private(set) var chunks: [CodeBlockChunk] = []

    /// Whether the bytes ended before the last packet, and before one of those wanted.
    private(set) var isCut = false
    private(set) var isIncomplete = false
    /// By resolution: the end of the last byte of its packets in the codestream.
    private(set) var resolutionEnds: [Int]
    /// By part: the resolutions that its packets belong to.
    private(set) var partResolutions: [ClosedRange<Int>?]

    private var part = 0
    private var position: Int
    private var contributions: [(block: Int, length: Int)] = []

    /// A reader of the packets in `parts`, all of one tile and in the order of the codestream.
    init(
        _ bytes: UnsafeBufferPointer<UInt8>, parts: [TilePart],
        packedHeaders: UnsafeBufferPointer<UInt8>?,
        style: TileCodingStyle, layout: TileLayout
    ) {
        self.bytes = bytes
        self.parts = parts
        self.packedHeaders = packedHeaders.map { PacketBitReader($0, 0..<$0.count) }
        self.style = style
        self.layout = layout
        position = parts.first?.dataStart ?? 0
        resolutionEnds = Array(
            repeating: 0, count: (layout.components.map { $0.levels }.max() ?? 0) + 1)
        partResolutions = Array(repeating: nil, count: parts.count)
    }

    /// Bytes that packet headers can come from; no more packets than that can be there.
    private var headerByteCount: Int {
        packedHeaders?.end ?? parts.reduce(0) { $0 + $1.range.upperBound - $1.dataStart }
    }

    /// Reads the packets of the resolutions that `isWanted(component, resolution)` selects, and those before them.
    ///
    /// Sets `isIncomplete` when the bytes end before all packets of these have been read.
    mutating func read(
        _ size: ImageAndTileSize, volumes: [ProgressionVolume], _ isWanted: (Int, Int) -> Bool
    ) throws(CodestreamError) {
        // Where resolutions follow each other, those above the wanted ones need not be looked at.
        let isByResolution =
            volumes.isEmpty
            && (style.progression == .rlcp || style.progression == .rpcl
                || style.progression == .lrcp && style.layers == 1)
        func isRead(_ component: Int, _ resolution: Int) -> Bool {
            !isByResolution || isWanted(component, resolution)
        }
        guard layout.precinctCount(isRead) <= headerByteCount else {
            throw CodestreamError(
                .truncated, at: parts.last?.range.upperBound ?? 0, "a tile has more packets than bytes")
        }
        layout.addPrecincts(size, isRead)
        let everything = ProgressionVolume(
            order: style.progression, resolutions: 0..<33, components: 0..<16384, layers: style.layers)
        for volume in volumes.isEmpty ? [everything] : volumes {
            try read(volume)
            if isCut { break }
        }
        // A precinct that no packet has told of leaves its coefficients unknown, whatever the progressions say.
        isIncomplete = layout.precincts.contains {
            isWanted($0.component, $0.resolution) && ($0.layer == 0 || isCut && $0.layer < style.layers)
        }
    }

    private mutating func read(_ volume: ProgressionVolume) throws(CodestreamError) {
        let order = layout.order(volume)
        let layers = min(volume.layers, style.layers)
        switch volume.order {
        case .lrcp:
            try readLayers(layers, order[...])
        case .rlcp:
            var rest = order[...]
            while let first = rest.first {
                let resolution = layout.precincts[first].resolution
                let same = rest.prefix { layout.precincts[$0].resolution == resolution }
                try readLayers(layers, same)
                rest = rest[same.endIndex...]
            }
        case .rpcl, .pcrl, .cprl:
            for precinct in order {
                while layout.precincts[precinct].layer < layers {
                    try readPacket(precinct)
                    if isCut { return }
                }
            }
        }
    }

    private mutating func readLayers(_ layers: Int, _ precincts: ArraySlice<Int>)
        throws(CodestreamError)
    {
        var layer = layers
        for precinct in precincts {
            layer = min(layer, layout.precincts[precinct].layer)
        }
        while layer < layers {
            for precinct in precincts where layout.precincts[precinct].layer <= layer {
                try readPacket(precinct)
                if isCut { return }
            }
            layer += 1
        }
    }

    /// Reads the next packet of a precinct, or sets `isCut`.
    private mutating func readPacket(_ precinct: Int) throws(CodestreamError) {
        if packedHeaders == nil {
            while part < parts.count, position >= parts[part].range.upperBound { advancePart() }
            guard part < parts.count else {
                isCut = true
                return
            }
        } else if let headers = packedHeaders, headers.position >= headers.end {
            isCut = true
            return
        }
        let startPart = min(part, parts.count - 1)
        do throws(CodestreamError) {
            try readHeader(precinct)
            try readBody()
        } catch {
            // The end of the last part is where a prefix of a codestream ends; elsewhere the lengths contradict.
            guard error.code == .truncated, part >= parts.count - 1 || parts[part].isCut else {
                throw error.code == .truncated
                    ? CodestreamError(.malformed, at: error.offset, error.message) : error
            }
            isCut = true
            return
        }
        let resolution = layout.precincts[precinct].resolution
        layout.precincts[precinct].layer += 1
        resolutionEnds[resolution] = max(resolutionEnds[resolution], position)
        let known = partResolutions[startPart]
        partResolutions[startPart] =
            min(
                known?.lowerBound ?? resolution, resolution)...max(
                known?.upperBound ?? resolution, resolution)
    }

    private mutating func advancePart() {
        part += 1
        if part < parts.count { position = parts[part].dataStart }
    }

    private mutating func readHeader(_ precinct: Int) throws(CodestreamError) {
        contributions.removeAll(keepingCapacity: true)
        if part < parts.count {
            let left = parts[part].range.upperBound - position
            // SOP with its sequence number may stand before any packet.
            if left >= 6, bytes[position] == 0xFF, bytes[position + 1] == 0x91, bytes[position + 2] == 0,
                bytes[position + 3] == 4
            {
                position += 6
            }
        }
        var reader: PacketBitReader
        if let packedHeaders {
            reader = packedHeaders
        } else {
            reader = PacketBitReader(bytes, position..<parts[part].range.upperBound)
        }
        if layout.precincts[precinct].bands == nil { makeBands(precinct) }
        if try reader.readBit() == 1 {
            let layer = layout.precincts[precinct].layer
            for band in 0..<(layout.precincts[precinct].bands?.count ?? 0) {
                try readBlocks(precinct, band, layer: layer, &reader)
            }
        }
        try reader.align()
        if style.endsPacketHeaders, reader.end - reader.position >= 2,
            reader.bytes[reader.position] == 0xFF,
            reader.bytes[reader.position + 1] == 0x92
        {
            reader.position += 2
        }
        if packedHeaders != nil {
            packedHeaders = reader
        } else {
            position = reader.position
        }
    }

    private mutating func makeBands(_ index: Int) {
        let precinct = layout.precincts[index]
        let component = layout.components[precinct.component]
        let exponents = component.blockExponents(resolution: precinct.resolution)
        var bands: [PrecinctBand] = []
        for band in component.resolutions[precinct.resolution].bands {
            let area = component.precinctArea(precinct.index, band: band, resolution: precinct.resolution)
            if let part = PrecinctBand(
                area, of: component.bands[band], index: band, component: precinct.component,
                exponents: exponents,
                appendingTo: &blocks)
            {
                bands.append(part)
            }
        }
        layout.precincts[index].bands = bands
    }

    /// Reads what the header tells of the blocks of one sub-band of a precinct.
    private mutating func readBlocks(
        _ precinct: Int, _ band: Int, layer: Int, _ reader: inout PacketBitReader
    ) throws(CodestreamError) {
        guard var grid = layout.precincts[precinct].bands?[band] else { return }
        // Taken out while it changes, so that its trees are not copied.
        layout.precincts[precinct].bands?[band].inclusion = TagTree(width: 1, height: 1)
        layout.precincts[precinct].bands?[band].missingBitPlanes = TagTree(width: 1, height: 1)
        for y in 0..<grid.blocksDown {
            for x in 0..<grid.blocksAcross {
                let index = grid.firstBlock + y * grid.blocksAcross + x
                if blocks[index].isIncluded {
                    guard try reader.readBit() == 1 else { continue }
                } else {
                    guard try grid.inclusion.decode(x: x, y: y, threshold: Int32(layer + 1), &reader) else {
                        continue
                    }
                    guard try grid.missingBitPlanes.decode(x: x, y: y, threshold: 64, &reader) else {
                        throw CodestreamError(
                            .malformed, at: reader.position, "a code-block lacks 64 bit-planes or more")
                    }
                    blocks[index].isIncluded = true
                    blocks[index].missingBitPlanes = Int(grid.missingBitPlanes.value(x: x, y: y))
                }
                try readLengths(index, &reader)
            }
        }
        layout.precincts[precinct].bands?[band] = grid
    }

    /// Reads the number of passes and the lengths of their bytes (T.814 B.3): one for cleanup, one for refinement.
    private mutating func readLengths(_ index: Int, _ reader: inout PacketBitReader)
        throws(CodestreamError)
    {
        var block = blocks[index]
        var passes = try reader.readPassCount()
        while try reader.readBit() == 1 {
            block.lengthBits += 1
        }
        guard block.lengthBits <= 32 else {
            throw CodestreamError(
                .malformed, at: reader.position, "a code-block's length has more than 32 bits")
        }
        var length = 0
        if block.passes == 0 {
            let placeholders = (passes - 1) / 3
            passes -= 3 * placeholders
            block.missingBitPlanes += placeholders
            let magnitudeBits = layout.components[block.component].bands[block.band].magnitudeBits
            guard block.missingBitPlanes < magnitudeBits else {
                throw CodestreamError(.malformed, at: reader.position, "a code-block has no bit-plane")
            }
            block.cleanupLength = try reader.readBits(block.lengthBits + (3 * placeholders + 1).floorLog2)
            guard block.cleanupLength >= 2 else {
                throw CodestreamError(
                    .malformed, at: reader.position, "a cleanup pass is shorter than two bytes")
            }
            length += block.cleanupLength
            block.passes = 1
            passes -= 1
        }
        if passes > 0 {
            guard block.passes + passes <= 3 else {
                throw CodestreamError(
                    .unsupported, at: reader.position,
                    "a code-block has several high-throughput sets of passes")
            }
            let refinement = try reader.readBits(block.lengthBits + passes.floorLog2)
            block.refinementLength += refinement
            length += refinement
            block.passes += passes
        }
        blocks[index] = block
        contributions.append((index, length))
    }

    /// The bytes of a block whose pieces lie apart.
    func joinedBytes(_ block: CodeBlock) -> [UInt8] {
        var joined: [UInt8] = []
        joined.reserveCapacity(block.cleanupLength + block.refinementLength)
        var index = block.firstChunk
        while index >= 0 {
            joined += bytes[chunks[index].offset..<chunks[index].offset + chunks[index].length]
            index = chunks[index].next
        }
        return joined
    }

    /// Assigns the bytes after the header to the blocks it has told of.
    private mutating func readBody() throws(CodestreamError) {
        for (index, length) in contributions where length > 0 {
            if packedHeaders != nil {
                while part < parts.count, position >= parts[part].range.upperBound { advancePart() }
            }
            guard part < parts.count, length <= parts[part].range.upperBound - position else {
                throw PacketBitReader.truncated(at: position)
            }
            chunks.append(CodeBlockChunk(offset: position, length: length, next: -1))
            let chunk = chunks.count - 1
            if blocks[index].lastChunk >= 0 {
                chunks[blocks[index].lastChunk].next = chunk
            } else {
                blocks[index].firstChunk = chunk
            }
            blocks[index].lastChunk = chunk
            position += length
        }
    }
}

extension Int {
    /// ⌊log₂ self⌋ of a positive number.
    var floorLog2: Int {
        Int.bitWidth - 1 - leadingZeroBitCount
    }
}
