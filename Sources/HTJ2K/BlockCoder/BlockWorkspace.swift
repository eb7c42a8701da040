/// The memory that code-blocks are coded in, allocated once per image and thread and reused for every block.
final class BlockWorkspace<Word: CodingWord> {
    let base: UnsafeMutableRawPointer
    let memory: BlockMemory<Word>

    init() {
        base = .allocate(byteCount: BlockMemory<Word>.byteCount, alignment: 16)
        memory = BlockMemory(base)
        precondition(memory.end <= base + BlockMemory<Word>.byteCount)
        for (table, entries) in [
            ContextVLCTables.decodingOfFirstRow, ContextVLCTables.decodingOfOtherRows,
        ].enumerated() {
            for (index, entry) in entries.enumerated() {
                let context = CleanupContext.beside(UInt32(entry >> 4 & 15), isFirstRow: table == 0)
                memory.decodingTables[table * entries.count + index] = UInt32(entry) | context << 23
            }
        }
        BlockWorkspace.copy(ResidualVLC.entries, [], to: memory.residualTable)
        for bits in 0..<16 as Range<UInt32> {
            let lane = SIMD4(bits & 1, bits >> 2 & 1, bits >> 1 & 1, bits >> 3)
            memory.lanes[Int(bits)] = 0 &- lane
        }
    }

    /// Adds the tables that only encoding reads; gives the workspace.
    func forEncoding() -> BlockWorkspace {
        BlockWorkspace.copy(
            ContextVLCTables.encodingOfFirstRow, ContextVLCTables.encodingOfOtherRows,
            to: memory.encodingTables)
        BlockWorkspace.copy(ResidualVLC.codes, [], to: memory.residualCodes)
        return self
    }

    deinit {
        base.deallocate()
    }

    private static func copy(
        _ first: [UInt16], _ second: [UInt16], to pointer: UnsafeMutablePointer<UInt16>
    ) {
        for (index, entry) in first.enumerated() { pointer[index] = entry }
        for (index, entry) in second.enumerated() { pointer[first.count + index] = entry }
    }
}
