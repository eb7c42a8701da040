/// Writes packets of one layer whose blocks have one cleanup pass (T.800 B.10, T.814 B.3).
struct PacketWriter {
    private var header = PacketBitWriter()

    /// Appends the packet of a precinct: its header, then the bytes of its blocks.
    mutating func write<Word>(
        _ precinct: Int, of precincts: inout TilePrecincts, _ components: [TileComponent],
        _ coder: BlockEncoder<Word>,
        to bytes: inout [UInt8]
    ) {
        header.removeAll()
        let range = precincts.blocks(of: precinct)
        let isEmpty = !range.contains { precincts.blocks[$0].isIncluded }
        header.write(isEmpty ? 0 : 1, count: 1)
        if !isEmpty {
            for grid in precincts.grids[precinct].indices {
                tell(&precincts.grids[precinct][grid], precincts.blocks, components)
            }
        }
        header.align()
        bytes += header.bytes
        coder.appendBytes(of: range, precincts.blocks, to: &bytes)
    }

    /// Writes what the packet header tells of the blocks of one sub-band.
    private mutating func tell(
        _ grid: inout PrecinctBand, _ blocks: [CodeBlock], _ components: [TileComponent]
    ) {
        for y in 0..<grid.blocksDown {
            for x in 0..<grid.blocksAcross {
                let block = blocks[grid.firstBlock + y * grid.blocksAcross + x]
                grid.inclusion.set(x: x, y: y, block.isIncluded ? 0 : 1)
                // The one cleanup pass is that of bit-plane 0; all planes above it count as missing.
                let bits = components[block.component].bands[block.band].magnitudeBits
                grid.missingBitPlanes.set(x: x, y: y, Int32(bits - 1))
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
