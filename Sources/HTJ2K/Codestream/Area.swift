/// A half-open rectangle on one of the standard's grids (T.800 B.1).
struct Area: Sendable, Equatable {
    var x0: Int
    var y0: Int
    var x1: Int
    var y1: Int

    var width: Int {
        x1 - x0
    }

    var height: Int {
        y1 - y0
    }

    var isEmpty: Bool {
        x1 <= x0 || y1 <= y0
    }

    /// The area on a grid that is coarser by these factors, all corners rounded up.
    func divided(horizontally dx: Int, vertically dy: Int) -> Area {
        Area(
            x0: x0.dividedRoundingUp(by: dx), y0: y0.dividedRoundingUp(by: dy),
            x1: x1.dividedRoundingUp(by: dx), y1: y1.dividedRoundingUp(by: dy))
    }

    /// The area after `levels` halvings (T.800 B-14).
    func reduced(by levels: Int) -> Area {
        // Where Int has 32 bits, no divisor stands for the greatest levels; all coordinates are less.
        guard levels < Int.bitWidth - 2 else {
            return Area(x0: x0.signum(), y0: y0.signum(), x1: x1.signum(), y1: y1.signum())
        }
        return divided(horizontally: 1 << levels, vertically: 1 << levels)
    }

    func intersection(_ other: Area) -> Area {
        Area(x0: max(x0, other.x0), y0: max(y0, other.y0), x1: min(x1, other.x1), y1: min(y1, other.y1))
    }
}

extension Int {
    /// ⌈self / divisor⌉ of a number that is not negative or, for sub-bands at the origin, slightly so.
    func dividedRoundingUp(by divisor: Int) -> Int {
        self <= 0 ? -(-self / divisor) : (self - 1) / divisor + 1
    }
}
