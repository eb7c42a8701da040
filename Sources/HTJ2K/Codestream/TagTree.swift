/// A tag tree over a grid of leaves (T.800 B.10.2): the smallest value of each group of four is told before its members.
struct TagTree: Sendable {
    /// Width, height and first node of each level, leaves first.
    private var levels: [(width: Int, height: Int, first: Int)] = []
    /// By node: the value (or the least it can be, while decoding).
    private var values: [Int32]
    /// By node: how far it has been told.
    private var told: [Int32]

    /// A tree of zeros; the grid has at least one leaf.
    init(width: Int, height: Int) {
        var (width, height, count) = (width, height, 0)
        while true {
            levels.append((width, height, count))
            count += width * height
            guard width > 1 || height > 1 else { break }
            width = (width + 1) >> 1
            height = (height + 1) >> 1
        }
        values = Array(repeating: 0, count: count)
        told = Array(repeating: 0, count: count)
    }
}

extension TagTree {
    /// Reads until the leaf is known or known not to be less than `threshold`; gives whether it is less.
    mutating func decode(
        x: Int, y: Int, threshold: Int32, _ reader: inout PacketBitReader
    ) throws(CodestreamError) -> Bool {
        var low: Int32 = 0
        for level in levels.indices.reversed() {
            let node = levels[level].first + (y >> level) * levels[level].width + x >> level
            // `told` is 1 once the value is final.
            low = max(low, values[node])
            while told[node] == 0, low < threshold {
                if try reader.readBit() == 1 { told[node] = 1 } else { low += 1 }
            }
            values[node] = low
        }
        let leaf = y * levels[0].width + x
        return told[leaf] == 1 && values[leaf] < threshold
    }

    /// The value of a leaf that `decode` has found less than its threshold.
    func value(x: Int, y: Int) -> Int32 {
        values[y * levels[0].width + x]
    }
}

extension TagTree {
    /// Gives a leaf its value; call for all leaves, then `finish()`, before encoding.
    mutating func set(x: Int, y: Int, _ value: Int32) {
        values[y * levels[0].width + x] = value
    }

    /// Derives the inner nodes from the leaves.
    mutating func finish() {
        for level in 1..<max(levels.count, 1) {
            let (width, height, first) = levels[level]
            let (belowWidth, belowHeight, below) = levels[level - 1]
            for y in 0..<height {
                for x in 0..<width {
                    var least = Int32.max
                    for childY in 2 * y..<min(2 * y + 2, belowHeight) {
                        for childX in 2 * x..<min(2 * x + 2, belowWidth) {
                            least = min(least, values[below + childY * belowWidth + childX])
                        }
                    }
                    values[first + y * width + x] = least
                }
            }
        }
    }

    /// Tells whether the leaf is less than `threshold`, and its value when it is.
    mutating func encode(x: Int, y: Int, threshold: Int32, _ writer: inout PacketBitWriter) {
        var low: Int32 = 0
        for level in levels.indices.reversed() {
            let node = levels[level].first + (y >> level) * levels[level].width + x >> level
            // `told` is how far the value has been told; one more than the value once it is final.
            low = max(low, told[node])
            while low < threshold, low <= values[node] {
                writer.write(low == values[node] ? 1 : 0, count: 1)
                low += 1
            }
            told[node] = low
            low = min(low, values[node])
        }
    }
}
