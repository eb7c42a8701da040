/// The inverse of the reversible 5/3 transform (T.800 F.3), row by row: 2D_SR, rows first, then columns.
///
/// Rows pass through both directions together, so that a level goes through memory once.
struct ReversibleSynthesis<Element: ReversibleElement>: RowSynthesis {
    private let level: WaveletLevel
    private let rows: RowWindow<Element>
    private var joined = 0
    private var finished = 0

    init(_ level: WaveletLevel, plane: UnsafeMutablePointer<Element>, stride: Int) {
        self.level = level
        rows = RowWindow(plane: plane, stride: stride, height: level.height)
    }

    init(
        _ level: WaveletLevel, streamedThrough memory: UnsafeMutablePointer<Element>,
        stride: Int
    ) {
        self.level = level
        rows = RowWindow(lastFour: memory, stride: stride, height: level.height)
    }

    static func streamedRows(height: Int) -> Int {
        4
    }

    mutating func row(_ y: Int) -> UnsafePointer<Element> {
        while finished <= y { joinNext() }
        return UnsafePointer(rows[y])
    }

    private mutating func joinNext() {
        let y = joined
        joined &+= 1
        let (low, high) = level.bands(row: y, of: Element.self)
        Element.join(low, high, width: level.width, odd: level.oddX, into: rows[y])
        if level.height == 1 {
            // A single odd row is a high-pass one, of twice its value (F.3.4).
            if level.oddY == 1 {
                for x in 0..<level.width { rows[0][x] &>>= 1 }
            }
            finished = 1
            return
        }
        let isOdd = level.isOdd(y)
        if isOdd, y >= 1 {
            lift(.lowerEven, y &- 1)
            if y >= 2 { lift(.raiseOdd, y &- 2) }
            finished = y
        }
        guard joined == level.height else { return }
        if isOdd {
            lift(.raiseOdd, y)
        } else {
            lift(.lowerEven, y)
            lift(.raiseOdd, y &- 1)
        }
        finished = joined
    }

    @inline(__always)
    private func lift(_ step: ReversibleLifting.Step, _ y: Int) {
        Element.lift(step, rows[y], rows.above(y), rows.below(y), count: level.width)
    }
}
