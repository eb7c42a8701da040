/// The inverse of the irreversible 9/7 transform (T.800 F.3), by lifting in single precision: the whole plane at once.
struct IrreversibleSynthesis: RowSynthesis {
    private let plane: UnsafeMutablePointer<Float>
    private let rowStride: Int

    init(_ level: WaveletLevel, plane: UnsafeMutablePointer<Float>, stride: Int) {
        self.plane = plane
        rowStride = stride
        IrreversibleSynthesis.synthesize(level, into: plane, stride: stride)
    }

    init(
        _ level: WaveletLevel, streamedThrough memory: UnsafeMutablePointer<Float>, stride: Int
    ) {
        self.init(level, plane: memory, stride: stride)
    }

    static func streamedRows(height: Int) -> Int {
        height
    }

    func row(_ y: Int) -> UnsafePointer<Float> {
        UnsafePointer(plane + y &* rowStride)
    }

    /// The lifting factors of T.800 Table F.4.
    private static let alpha: Float = -1.586_134_342_059_924
    private static let beta: Float = -0.052_980_118_572_961
    private static let gamma: Float = 0.882_911_075_530_934
    private static let delta: Float = 0.443_506_852_043_971
    private static let scale: Float = 1.230_174_104_914_001

    /// Joins the sub-bands of a level into `plane` (2D_SR: rows first, then columns).
    private static func synthesize(
        _ level: WaveletLevel, into plane: UnsafeMutablePointer<Float>, stride: Int
    ) {
        for y in 0..<level.height {
            let (low, high) = level.bands(row: y, of: Float.self)
            let row = plane + y &* stride
            interleave(low, high, width: level.width, odd: level.oddX, into: row)
            liftRow(row, width: level.width, odd: level.oddX)
        }
        liftColumns(plane, stride: stride, level)
    }

    /// Interleaves and scales low and high samples of a row; a single sample stays as it is, or halved when high.
    private static func interleave(
        _ low: UnsafeMutablePointer<Float>, _ high: UnsafeMutablePointer<Float>, width: Int, odd: Int,
        into row: UnsafeMutablePointer<Float>
    ) {
        guard width > 1 else {
            if width == 1 { row[0] = odd == 0 ? low[0] : high[0] * 0.5 }
            return
        }
        let lows = (width &+ 1 &- odd) &>> 1
        for n in 0..<lows { row[2 &* n &+ odd] = low[n] * scale }
        for n in 0..<width &- lows { row[2 &* n &+ 1 &- odd] = high[n] * (1 / scale) }
    }

    private static func liftRow(_ row: UnsafeMutablePointer<Float>, width: Int, odd: Int) {
        guard width > 1 else { return }
        func lift(_ parity: Int, _ factor: Float) {
            for x in Swift.stride(from: parity ^ odd, to: width, by: 2) {
                let left = row[x >= 1 ? x &- 1 : x &+ 1]
                let right = row[x &+ 1 < width ? x &+ 1 : x &- 1]
                row[x] -= factor * (left + right)
            }
        }
        lift(0, delta)
        lift(1, gamma)
        lift(0, beta)
        lift(1, alpha)
    }

    private static func liftColumns(
        _ plane: UnsafeMutablePointer<Float>, stride rowStride: Int, _ level: WaveletLevel
    ) {
        guard level.height > 1 else {
            if level.oddY == 1 {
                for x in 0..<level.width { plane[x] *= 0.5 }
            }
            return
        }
        for y in 0..<level.height {
            let row = plane + y &* rowStride
            let factor = (y &+ level.oddY) & 1 == 0 ? scale : 1 / scale
            for x in 0..<level.width { row[x] *= factor }
        }
        func lift(_ parity: Int, _ factor: Float) {
            for y in Swift.stride(from: parity ^ level.oddY, to: level.height, by: 2) {
                let row = plane + y &* rowStride
                let above = plane + (y >= 1 ? y &- 1 : y &+ 1) &* rowStride
                let below = plane + (y &+ 1 < level.height ? y &+ 1 : y &- 1) &* rowStride
                for x in 0..<level.width { row[x] -= factor * (above[x] + below[x]) }
            }
        }
        lift(0, delta)
        lift(1, gamma)
        lift(0, beta)
        lift(1, alpha)
    }
}
