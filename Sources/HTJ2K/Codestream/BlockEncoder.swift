/// Encodes the blocks of a tile, shared out among workers, each of which keeps the bytes of its own.
final class BlockEncoder<Word: CodingWord> {
    private let workers: Workers
    private let workspaces: [BlockWorkspace<Word>]
    private let outputs: [Output]

    private final class Output {
        var bytes: [UInt8] = []
    }

    init(_ workers: Workers) {
        self.workers = workers
        workspaces = (0..<workers.count).map { _ in BlockWorkspace<Word>().forEncoding() }
        outputs = (0..<workers.count).map { _ in Output() }
    }

    /// Encodes all blocks of `precincts` and notes their lengths, and as their first chunk where their bytes are kept.
    func encode(
        _ precincts: inout TilePrecincts, _ components: [TileComponent],
        _ coefficients: UnsafeMutablePointer<Word.Coefficient>, countOfComponent: Int
    ) {
        precincts.blocks.withUnsafeMutableBufferPointer { blocks in
            // INVARIANT: each worker has its own blocks, workspace and output; coefficients are only read.
            nonisolated(unsafe) let (shared, sharedBlocks, source) = (self, blocks, coefficients)
            workers.run(workers.count) { worker in
                shared.encode(
                    from: worker, sharedBlocks, components, UnsafePointer(source),
                    countOfComponent: countOfComponent)
            }
        }
    }

    /// Encodes every block whose index is `worker` more than a multiple of the number of workers.
    private func encode(
        from worker: Int, _ blocks: UnsafeMutableBufferPointer<CodeBlock>,
        _ components: [TileComponent],
        _ coefficients: UnsafePointer<Word.Coefficient>, countOfComponent: Int
    ) {
        let workspace = workspaces[worker]
        // Taken out while it grows, so that it is not copied.
        var bytes: [UInt8] = []
        swap(&bytes, &outputs[worker].bytes)
        bytes.removeAll(keepingCapacity: true)
        for index in stride(from: worker, to: blocks.count, by: workers.count) {
            let block = blocks[index]
            let band = components[block.component].bands[block.band]
            let first = block.component * countOfComponent + band.offset + block.y * band.stride + block.x
            let count = Word.encodeBlock(
                workspace.base, coefficients + first, stride: band.stride, width: block.width,
                height: block.height)
            guard count > 0 else { continue }
            blocks[index].isIncluded = true
            blocks[index].cleanupLength = count
            blocks[index].firstChunk = bytes.count
            bytes.append(contentsOf: UnsafeBufferPointer(start: workspace.memory.output, count: count))
        }
        swap(&bytes, &outputs[worker].bytes)
    }

    /// Appends the bytes of the blocks in a range of indices.
    func appendBytes(of range: Range<Int>, _ blocks: [CodeBlock], to bytes: inout [UInt8]) {
        for index in range where blocks[index].isIncluded {
            let start = blocks[index].firstChunk
            bytes += outputs[index % workers.count].bytes[start..<start + blocks[index].cleanupLength]
        }
    }
}
