/// The four sub-bands that a level of the transform joins into, or splits out of, one plane.
struct WaveletLevel<Element> {
    var ll: UnsafeMutablePointer<Element>
    var llStride: Int
    var hl: UnsafeMutablePointer<Element>
    var hlStride: Int
    var lh: UnsafeMutablePointer<Element>
    var lhStride: Int
    var hh: UnsafeMutablePointer<Element>
    var hhStride: Int
    /// Size of the joined plane, and 1 where its first column or row has an odd coordinate.
    var width: Int
    var height: Int
    var oddX: Int
    var oddY: Int
}

/// The rows of a plane, all of them or as many of the last as `mask` has places for.
private struct RowWindow<Element> {
    let base: UnsafeMutablePointer<Element>
    let stride: Int
    let mask: Int
    let height: Int

    @inline(__always)
    subscript(y: Int) -> UnsafeMutablePointer<Element> {
        base + (y & mask) &* stride
    }

    /// The row above, mirrored at the top.
    @inline(__always)
    func above(_ y: Int) -> UnsafeMutablePointer<Element> {
        self[y >= 1 ? y &- 1 : y &+ 1]
    }

    /// The row below, mirrored at the bottom.
    @inline(__always)
    func below(_ y: Int) -> UnsafeMutablePointer<Element> {
        self[y &+ 1 < height ? y &+ 1 : y &- 1]
    }
}

/// The reversible 5/3 transform (T.800 F.3, F.4), by lifting in integers that wrap round.
///
/// Rows pass through both directions together, so that a level goes through memory once.
enum ReversibleWavelet {
    /// Rows that a streamed plane keeps; a power of two.
    static let streamedRows = 4

    /// Joins the sub-bands of a level into `plane` (2D_SR: rows first, then columns).
    static func synthesize<T: FixedWidthInteger & SignedInteger>(
        _ level: WaveletLevel<T>, into plane: UnsafeMutablePointer<T>, stride: Int
    ) {
        synthesize(level, RowWindow(base: plane, stride: stride, mask: -1, height: level.height)) { _, _ in }
    }

    /// Joins the sub-bands of a level row by row, each given to `body` in order, in memory for `streamedRows` rows.
    static func stream<T: FixedWidthInteger & SignedInteger>(
        _ level: WaveletLevel<T>, through rows: UnsafeMutablePointer<T>, stride: Int,
        _ body: (Int, UnsafePointer<T>) -> Void
    ) {
        synthesize(level, RowWindow(base: rows, stride: stride, mask: streamedRows - 1, height: level.height), body)
    }

    @inline(__always)
    private static func synthesize<T: FixedWidthInteger & SignedInteger>(
        _ level: WaveletLevel<T>, _ rows: RowWindow<T>, _ body: (Int, UnsafePointer<T>) -> Void
    ) {
        let (width, height) = (level.width, level.height)
        if height == 1 {
            joinRow(level, 0, into: rows[0])
            if level.oddY == 1 {
                let row = rows[0]
                for x in 0..<width { row[x] &>>= 1 }
            }
            body(0, UnsafePointer(rows[0]))
            return
        }
        var done = 0
        for y in 0..<height {
            joinRow(level, y, into: rows[y])
            guard (y &+ level.oddY) & 1 == 1, y >= 1 else { continue }
            lowerEven(rows, y &- 1, width)
            if y >= 2 { raiseOdd(rows, y &- 2, width) }
            while done < y {
                body(done, UnsafePointer(rows[done]))
                done &+= 1
            }
        }
        if (height &- 1 &+ level.oddY) & 1 == 0 {
            lowerEven(rows, height &- 1, width)
            raiseOdd(rows, height &- 2, width)
        } else {
            raiseOdd(rows, height &- 1, width)
        }
        while done < height {
            body(done, UnsafePointer(rows[done]))
            done &+= 1
        }
    }

    /// Splits `plane`, which it overwrites, into the sub-bands of a level (2D_SD: columns first, then rows).
    static func analyze<T: FixedWidthInteger & SignedInteger>(
        _ plane: UnsafeMutablePointer<T>, stride: Int, into level: WaveletLevel<T>
    ) {
        let height = level.height
        if height == 1 {
            if level.oddY == 1 {
                for x in 0..<level.width { plane[x] &<<= 1 }
            }
            splitRow(level, 0, plane)
            return
        }
        let rows = RowWindow(base: plane, stride: stride, mask: -1, height: height)
        for y in 0..<height where (y &+ level.oddY) & 1 == 1 {
            lowerOdd(rows, y, level.width)
            splitRow(level, y, rows[y])
            if y >= 1 {
                raiseEven(rows, y &- 1, level.width)
                splitRow(level, y &- 1, rows[y &- 1])
            }
        }
        if (height &- 1 &+ level.oddY) & 1 == 0 {
            raiseEven(rows, height &- 1, level.width)
            splitRow(level, height &- 1, rows[height &- 1])
        }
    }
}

// MARK: - Columns

extension ReversibleWavelet {
    @inline(__always)
    private static func lowerEven<T: FixedWidthInteger & SignedInteger>(
        _ rows: RowWindow<T>, _ y: Int, _ width: Int
    ) {
        let (row, above, below) = (rows[y], rows.above(y), rows.below(y))
        for x in 0..<width { row[x] &-= (above[x] &+ below[x] &+ 2) &>> 2 }
    }

    @inline(__always)
    private static func raiseEven<T: FixedWidthInteger & SignedInteger>(
        _ rows: RowWindow<T>, _ y: Int, _ width: Int
    ) {
        let (row, above, below) = (rows[y], rows.above(y), rows.below(y))
        for x in 0..<width { row[x] &+= (above[x] &+ below[x] &+ 2) &>> 2 }
    }

    @inline(__always)
    private static func lowerOdd<T: FixedWidthInteger & SignedInteger>(
        _ rows: RowWindow<T>, _ y: Int, _ width: Int
    ) {
        let (row, above, below) = (rows[y], rows.above(y), rows.below(y))
        for x in 0..<width { row[x] &-= (above[x] &+ below[x]) &>> 1 }
    }

    @inline(__always)
    private static func raiseOdd<T: FixedWidthInteger & SignedInteger>(
        _ rows: RowWindow<T>, _ y: Int, _ width: Int
    ) {
        let (row, above, below) = (rows[y], rows.above(y), rows.below(y))
        for x in 0..<width { row[x] &+= (above[x] &+ below[x]) &>> 1 }
    }
}

// MARK: - Rows

extension ReversibleWavelet {
    /// Joins row `y` of the plane from the two sub-bands it lies in, horizontally.
    @inline(__always)
    private static func joinRow<T: FixedWidthInteger & SignedInteger>(
        _ level: WaveletLevel<T>, _ y: Int, into row: UnsafeMutablePointer<T>
    ) {
        let index = y &>> 1
        if (y &+ level.oddY) & 1 == 0 {
            join(
                UnsafePointer(level.ll + index &* level.llStride), UnsafePointer(level.hl + index &* level.hlStride),
                width: level.width, odd: level.oddX, into: row)
        } else {
            join(
                UnsafePointer(level.lh + index &* level.lhStride), UnsafePointer(level.hh + index &* level.hhStride),
                width: level.width, odd: level.oddX, into: row)
        }
    }

    @inline(__always)
    private static func splitRow<T: FixedWidthInteger & SignedInteger>(
        _ level: WaveletLevel<T>, _ y: Int, _ row: UnsafeMutablePointer<T>
    ) {
        let index = y &>> 1
        if (y &+ level.oddY) & 1 == 0 {
            split(
                UnsafePointer(row), width: level.width, odd: level.oddX,
                intoLow: level.ll + index &* level.llStride, high: level.hl + index &* level.hlStride)
        } else {
            split(
                UnsafePointer(row), width: level.width, odd: level.oddX,
                intoLow: level.lh + index &* level.lhStride, high: level.hh + index &* level.hhStride)
        }
    }

    /// One row of the inverse transform: `odd` is 1 when the row begins with a high-pass sample.
    static func join<T: FixedWidthInteger & SignedInteger>(
        _ low: UnsafePointer<T>, _ high: UnsafePointer<T>, width: Int, odd: Int, into row: UnsafeMutablePointer<T>
    ) {
        guard width > 1 else {
            if width == 1 { row[0] = odd == 0 ? low[0] : high[0] &>> 1 }
            return
        }
        let lows = (width &+ 1 &- odd) &>> 1
        let highs = width &- lows

        @inline(__always) func even(_ n: Int) -> T {
            let n = min(max(n, 0), lows &- 1)
            let left = high[min(max(n &- 1 &+ odd, 0), highs &- 1)]
            let right = high[min(n &+ odd, highs &- 1)]
            return low[n] &- (left &+ right &+ 2) &>> 2
        }
        @inline(__always) func pair(_ n: Int) {
            if n < lows { row[2 &* n &+ odd] = even(n) }
            if n < highs { row[2 &* n &+ 1 &- odd] = high[n] &+ (even(n &- odd) &+ even(n &+ 1 &- odd)) &>> 1 }
        }

        pair(0)
        let end = max(1, min(lows, highs) &- 1)
        if odd == 0 {
            for n in 1..<end {
                let here = low[n] &- (high[n &- 1] &+ high[n] &+ 2) &>> 2
                let next = low[n &+ 1] &- (high[n] &+ high[n &+ 1] &+ 2) &>> 2
                row[2 &* n] = here
                row[2 &* n &+ 1] = high[n] &+ (here &+ next) &>> 1
            }
        } else {
            for n in 1..<end {
                let last = low[n &- 1] &- (high[n &- 1] &+ high[n] &+ 2) &>> 2
                let here = low[n] &- (high[n] &+ high[n &+ 1] &+ 2) &>> 2
                row[2 &* n] = high[n] &+ (last &+ here) &>> 1
                row[2 &* n &+ 1] = here
            }
        }
        var n = end
        while n < max(lows, highs) {
            pair(n)
            n &+= 1
        }
    }

    /// One row of the forward transform.
    static func split<T: FixedWidthInteger & SignedInteger>(
        _ row: UnsafePointer<T>, width: Int, odd: Int,
        intoLow low: UnsafeMutablePointer<T>, high: UnsafeMutablePointer<T>
    ) {
        guard width > 1 else {
            if width == 1 {
                if odd == 0 { low[0] = row[0] } else { high[0] = row[0] &<< 1 }
            }
            return
        }
        let lows = (width &+ 1 &- odd) &>> 1
        let highs = width &- lows

        /// The sample at a column, mirrored at the borders.
        @inline(__always) func sample(_ x: Int) -> T {
            row[x < 0 ? -x : x >= width ? 2 &* (width &- 1) &- x : x]
        }
        @inline(__always) func writeHigh(_ n: Int) {
            let x = 2 &* n &+ 1 &- odd
            high[n] = row[x] &- (sample(x &- 1) &+ sample(x &+ 1)) &>> 1
        }
        @inline(__always) func writeLow(_ n: Int) {
            let left = high[min(max(n &- 1 &+ odd, 0), highs &- 1)]
            let right = high[min(n &+ odd, highs &- 1)]
            low[n] = row[2 &* n &+ odd] &+ (left &+ right &+ 2) &>> 2
        }

        writeHigh(0)
        if highs > 2 {
            if odd == 0 {
                for n in 1..<highs &- 1 {
                    high[n] = row[2 &* n &+ 1] &- (row[2 &* n] &+ row[2 &* n &+ 2]) &>> 1
                }
            } else {
                for n in 1..<highs &- 1 {
                    high[n] = row[2 &* n] &- (row[2 &* n &- 1] &+ row[2 &* n &+ 1]) &>> 1
                }
            }
        }
        if highs > 1 { writeHigh(highs &- 1) }

        writeLow(0)
        if lows > 2 {
            if odd == 0 {
                for n in 1..<lows &- 1 {
                    low[n] = row[2 &* n] &+ (high[n &- 1] &+ high[n] &+ 2) &>> 2
                }
            } else {
                for n in 1..<lows &- 1 {
                    low[n] = row[2 &* n &+ 1] &+ (high[n] &+ high[n &+ 1] &+ 2) &>> 2
                }
            }
        }
        if lows > 1 { writeLow(lows &- 1) }
    }
}
