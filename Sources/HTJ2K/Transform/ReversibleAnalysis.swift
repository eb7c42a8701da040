/// The reversible 5/3 transform (T.800 F.4) of some rows of a plane: 2D_SD, columns first, then rows.
///
/// Rows are put in one by one, from `first` to before `end`; those of `range` come out in the sub-bands. The rows around
/// the range are what its filters reach, so that ranges can be transformed side by side.
struct ReversibleAnalysis<Element: ReversibleElement> {
    private let level: WaveletLevel
    private let rows: RowWindow<Element>
    private let range: Range<Int>
    private(set) var next: Int
    /// The row after the last one to be put in.
    let end: Int

    /// An analysis through memory for four rows, which this sets to zero.
    init(
        _ level: WaveletLevel, range: Range<Int>,
        through memory: UnsafeMutablePointer<Element>, stride: Int
    ) {
        self.level = level
        self.range = range
        memory.initialize(repeating: 0, count: 4 &* stride)
        rows = RowWindow(lastFour: memory, stride: stride, height: level.height)
        // An even row needs the odd ones beside it, and these the even ones beside them.
        let reach = range.lowerBound &- 2
        next = max(0, level.isOdd(reach) ? reach &- 1 : reach)
        end = min(level.height, range.upperBound &+ 2)
    }

    /// Where the next row is to be put before `transformNext`.
    var place: UnsafeMutablePointer<Element> {
        rows[next]
    }

    /// Takes the row that has been put in `place`.
    mutating func transformNext() {
        let y = next
        next &+= 1
        if level.height == 1 {
            // A single odd row is a high-pass one, of twice its value (F.4.4).
            if level.oddY == 1 {
                for x in 0..<level.width { rows[0][x] &<<= 1 }
            }
            split(0)
            return
        }
        let isOdd = level.isOdd(y)
        if !isOdd {
            if y >= 1 { finishOdd(y &- 1) }
            if y >= 2 { finishEven(y &- 2) }
        }
        guard next == level.height else { return }
        if isOdd {
            finishOdd(y)
            finishEven(y &- 1)
        } else {
            finishEven(y)
        }
    }

    private func finishOdd(_ y: Int) {
        Element.lift(.lowerOdd, rows[y], rows.above(y), rows.below(y), count: level.width)
        split(y)
    }

    private func finishEven(_ y: Int) {
        Element.lift(.raiseEven, rows[y], rows.above(y), rows.below(y), count: level.width)
        split(y)
    }

    private func split(_ y: Int) {
        guard range.contains(y) else { return }
        let (low, high) = level.bands(row: y, of: Element.self)
        Element.split(
            UnsafePointer(rows[y]), width: level.width, odd: level.oddX, intoLow: low, high: high)
    }
}
