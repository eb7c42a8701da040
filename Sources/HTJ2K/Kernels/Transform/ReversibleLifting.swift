/// The rows of the reversible 5/3 transform (T.800 F.3.8.2, F.4.8.2), by lifting in integers that wrap round.
enum ReversibleLifting {
    /// A step of the vertical transform: what becomes of a row between two others.
    enum Step: Int {
        /// Inverse, an even row: less a quarter of its neighbours, rounded.
        case lowerEven
        /// Inverse, an odd row: more by half of its neighbours.
        case raiseOdd
        /// Forward, an odd row: less half of its neighbours.
        case lowerOdd
        /// Forward, an even row: more by a quarter of its neighbours, rounded.
        case raiseEven
    }

    /// Changes a row by the two beside it, which may be the same one.
    @inline(__always)
    static func lift<T: FixedWidthInteger & SignedInteger>(
        _ step: Step, _ row: UnsafeMutablePointer<T>, _ above: UnsafePointer<T>,
        _ below: UnsafePointer<T>, count: Int
    ) {
        switch step {
        case .lowerEven: for x in 0..<count { row[x] &-= (above[x] &+ below[x] &+ 2) &>> 2 }
        case .raiseOdd: for x in 0..<count { row[x] &+= (above[x] &+ below[x]) &>> 1 }
        case .lowerOdd: for x in 0..<count { row[x] &-= (above[x] &+ below[x]) &>> 1 }
        case .raiseEven: for x in 0..<count { row[x] &+= (above[x] &+ below[x] &+ 2) &>> 2 }
        }
    }

    /// One row of the inverse transform: `odd` is 1 when the row begins with a high-pass sample.
    @inline(__always)
    static func join<T: FixedWidthInteger & SignedInteger>(
        _ low: UnsafePointer<T>, _ high: UnsafePointer<T>, width: Int, odd: Int,
        into row: UnsafeMutablePointer<T>
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
            if n < highs {
                row[2 &* n &+ 1 &- odd] = high[n] &+ (even(n &- odd) &+ even(n &+ 1 &- odd)) &>> 1
            }
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
    @inline(__always)
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
